import type { DiscoveredRow, RolloutView } from '@burgee/server/api';
import type { FlagRow, StateRow } from '../api/resources.ts';
import { type LifeCycle, lifecycleOf } from '../flags/lifecycle.ts';

const DAY_MS = 86_400_000;
const STALE: ReadonlySet<LifeCycle> = new Set(['done', 'unused', 'overdue']);

/** What waits for a person, most urgent first. */
export type Need =
  | { readonly kind: 'waiting'; readonly rollout: RolloutView }
  | { readonly kind: 'reverted'; readonly rollout: RolloutView }
  | { readonly kind: 'killed'; readonly flag: FlagRow['flag']; readonly state: StateRow['state'] }
  | { readonly kind: 'stale'; readonly flags: readonly FlagRow[] }
  | { readonly kind: 'discovered'; readonly flags: readonly DiscoveredRow[] };

/** What is known of a project so far; what has not been loaded yet is not missed. */
export interface Known {
  readonly rollouts?: readonly RolloutView[] | undefined;
  readonly flags?: readonly FlagRow[] | undefined;
  readonly discovered?: readonly DiscoveredRow[] | undefined;
}

export function needsOf({ rollouts = [], flags = [], discovered = [] }: Known, now: number): Need[] {
  const waiting = rollouts.filter(({ state }) => state === 'paused' || state === 'holding');
  const reverted = rollouts.filter(({ state, endedAt }) => state === 'reverted' && endedAt !== null && now - endedAt < DAY_MS);
  const stale = flags.filter((row) => STALE.has(lifecycleOf(row, now)));
  const order = (rollout: RolloutView): number => (rollout.state === 'paused' ? 0 : 1);
  return [
    ...waiting.sort((a, b) => order(a) - order(b)).map((rollout): Need => ({ kind: 'waiting', rollout })),
    ...reverted.sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0)).map((rollout): Need => ({ kind: 'reverted', rollout })),
    ...flags.flatMap(({ flag, states }) =>
      states.filter(({ state }) => state.killed !== null).map(({ state }): Need => ({ kind: 'killed', flag, state })),
    ),
    ...(stale.length > 0 ? [{ kind: 'stale', flags: stale } as const] : []),
    ...(discovered.length > 0 ? [{ kind: 'discovered', flags: discovered } as const] : []),
  ];
}
