import type { Rollout } from '../rollout/rollout.ts';
import { barsOf, type Evidence, type QueryState } from './evidence.ts';
import type { QueryGuard, SourceGuard } from './guard.ts';
import { isIncident } from './incident.ts';
import { lnMixture } from './mixture.ts';
import { asked, type Opinion, readingOf } from './opinion.ts';
import { isFresh } from './query.ts';
import { limitText } from './sentences.ts';
import { comparesArms } from './source-windows.ts';

/** What a metric source's answers say, and whether there are any. */
export function judgeSource(guard: SourceGuard, rollout: Rollout, evidence: Evidence, state: QueryState, at: number): Opinion {
  const text = limitText(guard, state);
  const wanted = wantedBy(guard, rollout, evidence, state, text);
  if (wanted !== null) return wanted;
  const acts = guard.action !== 'observe';
  if (state.trouble !== null) {
    const { kind } = state.trouble;
    const verdict = kind === 'unavailable' ? 'unavailable' : 'no-data';
    const code = kind === 'unavailable' ? 'source-unavailable' : kind === 'stale' ? 'source-stale' : 'no-data';
    const why = `the source “${guard.source}” of guard “${guard.key}” ${kind === 'unavailable' ? 'cannot be read' : 'tells nothing'}: ${state.trouble.text}`;
    return { reading: readingOf(guard, verdict, why), ...(acts && { hold: { code, text: why } }) };
  }
  if (isFresh(guard, state, rollout.stageSince, at)) return { reading: readingOf(guard, 'pass', text) };
  const newest = state.newest?.asOf ?? rollout.stageSince;
  if (at - newest <= 2 * guard.windowMs + guard.lagMs + guard.maxAgeMs) {
    const waits = `waits for the first full window of this stage from “${guard.source}”`;
    return { reading: readingOf(guard, 'inconclusive', waits) };
  }
  const stale = `the newest answer of “${guard.source}” is too old`;
  return { reading: readingOf(guard, 'no-data', stale), ...(acts && { hold: { code: 'source-stale', text: stale } }) };
}

function wantedBy(guard: SourceGuard, rollout: Rollout, evidence: Evidence, state: QueryState, text: string): Opinion | null {
  if (guard.kind !== 'threshold') {
    const opinion = asked(guard, lnMixture(state.mixture), barsOf(rollout.plan, evidence.restarts), () => text);
    const isAbsolute = guard.kind === 'query' && !comparesArms(guard);
    return isAbsolute && isIncident(guard, rollout, evidence) ? incident(guard, state, { opinion, text }) : opinion;
  }
  if ((state.bad ?? 0) < guard.consecutive || guard.action === 'observe') return null;
  return { reading: readingOf(guard, 'fail', text), pause: text };
}

/**
 * Going down would help nobody: it stops here, and whoever fails because of the new version is still found by comparison. While the
 * newest window is above the limit nothing advances, whatever the evidence and whoever has resumed it.
 */
function incident(
  guard: QueryGuard,
  { newest }: QueryState,
  { opinion, text }: { readonly opinion: Opinion | null; readonly text: string },
): Opinion | null {
  const blocks = newest !== null && newest.errors > guard.limit * newest.total;
  if (guard.action === 'observe' || (opinion === null && !blocks)) return opinion;
  const said = `${text}; users without the new version fail above the limit as well, so it may have nothing to do with this flag`;
  return { reading: readingOf(guard, 'fail', said), blocks, ...(opinion !== null && { pause: said }) };
}
