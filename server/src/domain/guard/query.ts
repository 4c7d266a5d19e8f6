import type { Rollout } from '../rollout/rollout.ts';
import { lnAboveLimit } from './absolute.ts';
import { lnRatio, ratiosAbove } from './comparison.ts';
import type { QueryState } from './evidence.ts';
import type { Sample, SourceGuard } from './guard.ts';
import { NEW_MIXTURE, updateMixture } from './mixture.ts';
import { lnAboveRate } from './rate.ts';
import { comparesArms } from './source-windows.ts';
import { NOTHING_SPENT, nextWeight } from './start-weights.ts';

export const NO_QUERY: QueryState = { mixture: NEW_MIXTURE, spending: NOTHING_SPENT, to: 0, newest: null, trouble: null };

export interface Bounds {
  readonly from: number;
  readonly to: number;
}

/**
 * The window that a guard should read now, or null. Windows never overlap, lie wholly inside one stage, and end at now − lag at
 * the latest; after an outage the time in between is left out. Reading starts as soon as the stage does, so that a source that
 * is down is known at once: such an early window is only a probe.
 */
export function nextWindow(
  guard: Pick<SourceGuard, 'lagMs' | 'windowMs'>,
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
// clocks of two machines may differ by so much
const SKEW_MS = 60_000;

type Trouble = NonNullable<QueryState['trouble']>;
/** Counts of one window: of everybody, or of the treatment and of control. */
type Counted = readonly Extract<Sample, { kind: 'ok' }>[];

/** What a read makes of the state. A probe's numbers belong to the time before and are not judged. */
export function takeSample(
  guard: SourceGuard,
  state: QueryState,
  rollout: Rollout,
  read: Bounds & {
    readonly probe: boolean;
    readonly sample: Sample;
    readonly control?: Sample;
    readonly at: number;
    /** What the window shows is the world's doing. Leaving out windows in which control fails can only lower M. */
    readonly incident?: boolean;
  },
): QueryState {
  const { at } = read;
  const samples = read.control === undefined ? [read.sample] : [read.sample, read.control];
  const wanted = guard.kind === 'query' && comparesArms(guard) ? 2 : 1;
  for (const sample of samples) {
    const found = troubleIn(guard, sample, at);
    if (found === null) continue;
    const since = state.trouble?.kind === found.kind ? state.trouble.since : at;
    const { wait = RETRY_MS, permanent = false } = found;
    return { ...state, trouble: { kind: found.kind, text: found.text, since, retryAt: at + wait, permanent } };
  }
  const counted = samples.flatMap((sample) => (sample.kind === 'ok' ? sample : []));
  const [first, control] = counted;
  if (first === undefined || counted.length !== wanted) return state;
  const asOf = Math.min(...counted.map((one) => one.asOf));
  const { errors, total } = first;
  const against = control === undefined ? {} : { control: { errors: control.errors, total: control.total } };
  const newest = { from: read.from, errors, total, asOf, ...against };
  if (read.probe || read.from < rollout.stageSince) return { ...state, trouble: null, newest };
  if (read.incident) return { ...state, to: read.to, trouble: null, newest };
  if (guard.kind === 'threshold') {
    return { ...state, to: read.to, newest, trouble: null, bad: errors > guard.limit ? (state.bad ?? 0) + 1 : 0 };
  }
  const { weight, spending } = nextWeight(state.spending, rollout.plan, { at, stage: rollout.stage, stageSeen: true });
  const mixture = updateMixture(state.mixture, weight, factorsOf(guard, counted, read.to - read.from));
  return { ...state, mixture, spending, to: read.to, newest, trouble: null };
}

/** ln L of one window for each ratio. Arms are compared by requests, in the binomial form: there may be millions. */
function factorsOf(guard: Exclude<SourceGuard, { kind: 'threshold' }>, counted: Counted, ms: number): number[] {
  const [{ errors, total } = { errors: 0, total: 0 }, control] = counted;
  if (guard.kind === 'rate') return lnAboveRate({ events: errors, seconds: ms / 1_000 }, guard.limitPerSecond);
  if (control === undefined) return lnAboveLimit({ errors, total }, guard.limit);
  const counts = { n1: total, e1: errors, n0: control.total, e0: control.errors };
  const { tolerated = 1 } = guard;
  return ratiosAbove(tolerated).map((ratio) => lnRatio(counts, ratio, tolerated));
}

/** Why an answer tells nothing, or null. */
function troubleIn(
  guard: SourceGuard,
  sample: Sample,
  at: number,
): (Pick<Trouble, 'kind' | 'text'> & { readonly wait?: number; readonly permanent?: boolean }) | null {
  if (sample.kind === 'unavailable') {
    const { permanent = false, retryAfterMs } = sample;
    const wait = retryAfterMs ?? (permanent ? RETRY_PERMANENT_MS : RETRY_MS);
    return { kind: 'unavailable', text: sample.reason, wait, permanent };
  }
  if (sample.kind === 'no_data') return { kind: 'no-data', text: sample.reason };
  const { errors, total, asOf } = sample;
  if (!Number.isFinite(errors) || !Number.isFinite(total) || errors < 0 || errors > total) {
    return { kind: 'no-data', text: `it answered ${errors} errors of ${total}, which cannot be` };
  }
  // no event in a window is an answer, no request is none
  if (total === 0 && guard.kind === 'query') return { kind: 'no-data', text: 'it saw no traffic' };
  if (asOf > at + SKEW_MS) return { kind: 'no-data', text: 'its data is from the future' };
  return asOf >= at - guard.maxAgeMs ? null : { kind: 'stale', text: 'its newest data is too old' };
}

/** Whether the newest window lies in this stage and its data is fresh: only that lets a stage pass. */
export function isFresh(
  guard: Pick<SourceGuard, 'maxAgeMs' | 'windowMs' | 'lagMs'>,
  state: QueryState,
  stageSince: number,
  at: number,
): boolean {
  const { newest } = state;
  return newest !== null && newest.from >= stageSince && at - newest.asOf <= guard.maxAgeMs + guard.windowMs + guard.lagMs;
}
