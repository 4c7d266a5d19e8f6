import type { Actor } from '../access/access.ts';
import type { Stored, Write } from '../ports.ts';
import { ENDED, type Rollout } from './rollout.ts';

/**
 * Ends every active rollout among these, for a kill, an archive, a disable or a deletion: part of the change that does it, so
 * that a restore a moment later finds nothing to resume. The flag's own state is not touched here.
 */
export function abortActive(
  rollouts: readonly Stored<Rollout>[],
  why: { readonly code: 'killed' | 'archived' | 'disabled' | 'deleted'; readonly text: string },
  actor: Actor,
  at: number,
): Write[] {
  return rollouts
    .filter(({ entity }) => !ENDED.has(entity.state))
    .map(({ entity, version }) => ({
      put: 'rollout' as const,
      basedOn: version,
      entity: {
        ...entity,
        state: 'aborted' as const,
        reason: { code: why.code, text: why.text, since: at },
        endedAt: at,
        timeline: [...entity.timeline, { at, event: 'aborted', text: why.text, actor: actor.name }],
      },
    }));
}
