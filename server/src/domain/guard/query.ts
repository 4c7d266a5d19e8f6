import type { QueryGuard, Sample } from '../guard.ts';
import type { Rollout } from '../rollout.ts';
import { lnAboveLimit } from './absolute.ts';
import type { QueryState } from './evidence.ts';
import { NEW_MIXTURE, updateMixture } from './mixture.ts';
import { NOTHING_SPENT, nextWeight } from './start-weights.ts';

export const NO_QUERY: QueryState = { mixture: NEW_MIXTURE, spending: NOTHING_SPENT, to: 0, newest: null, trouble: null };

export interface Bounds {
  readonly from: number;
  readonly to: number;
}

/**
 * The window that a query guard should read now, or null. Windows never overlap, lie wholly inside one stage, and end at
 * now − lag at the latest; after an outage the time in between is left out. Reading starts as soon as the stage does, so
 * that a source that is down is known at once: such an early window is only a probe.
 */
export function nextWindow(
  guard: QueryGuard,
  state: QueryState,
  stageSince: number,
  at: number,
): (Bounds & { readonly probe: boolean }) | null {
  if (state.trouble !== null && at < state.trouble.retryAt) return null;
  const end = at - guard.lagMs;
  const from = Math.max(state.to, stageSince, end - 2 * guard.windowMs + 1);
  if (from + guard.windowMs <= end) return { from, to: from + guard.windowMs, probe: false };
  const unknown = state.newest === null || state.trouble !== null;
  return unknown ? { from: end - guard.windowMs, to: end, probe: true } : null;
}

// a source that is down is asked again at once, a mistake in the query only now and then
const RETRY_MS = 1_000;
const RETRY_PERMANENT_MS = 30_000;

/** What a read makes of the state. A probe's numbers belong to the time before and are not judged. */
export function takeSample(
  guard: QueryGuard,
  state: QueryState,
  rollout: Rollout,
  read: Bounds & { readonly probe: boolean; readonly sample: Sample; readonly at: number },
): QueryState {
  const { sample, at } = read;
  const since = (kind: 'unavailable' | 'no-data' | 'stale') => (state.trouble?.kind === kind ? state.trouble.since : at);
  const troubled = (kind: 'unavailable' | 'no-data' | 'stale', text: string, wait = RETRY_MS, permanent = false): QueryState => ({
    ...state,
    trouble: { kind, text, since: since(kind), retryAt: at + wait, permanent },
  });
  if (sample.kind === 'unavailable') {
    const wait = sample.retryAfterMs ?? (sample.permanent ? RETRY_PERMANENT_MS : RETRY_MS);
    return troubled('unavailable', sample.reason, wait, sample.permanent ?? false);
  }
  if (sample.kind === 'no_data') return troubled('no-data', sample.reason);
  const { errors, total, asOf } = sample;
  if (!Number.isFinite(errors) || !Number.isFinite(total) || errors < 0 || errors > total) {
    return troubled('no-data', `it answered ${errors} errors of ${total}, which cannot be`);
  }
  if (total === 0) return troubled('no-data', 'it saw no traffic');
  if (!(asOf >= at - guard.maxAgeMs)) return troubled('stale', 'its newest data is too old');
  if (read.probe || read.from < rollout.stageSince)
    return { ...state, trouble: null, newest: { from: read.from, errors, total, asOf } };
  const { weight, spending } = nextWeight(state.spending, rollout.plan, { at, stage: rollout.stage, stageSeen: true });
  return {
    mixture: updateMixture(state.mixture, weight, lnAboveLimit({ errors, total }, guard.limit)),
    spending,
    to: read.to,
    newest: { from: read.from, errors, total, asOf },
    trouble: null,
  };
}

/** Whether the newest window lies in this stage and its data is fresh: only that lets a stage pass. */
export function isFresh(guard: QueryGuard, state: QueryState, stageSince: number, at: number): boolean {
  const { newest } = state;
  return newest !== null && newest.from >= stageSince && at - newest.asOf <= guard.maxAgeMs + guard.windowMs + guard.lagMs;
}
