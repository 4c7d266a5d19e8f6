import { BurgeeError } from '../errors.ts';
import { NO_EVIDENCE } from '../guard/evidence.ts';
import { type Guard, type GuardAction, isSourceGuard, type Sample, type SourceGuard, type Verdict } from '../guard/guard.ts';
import { judgeSource } from '../guard/judge-source.ts';
import { type Bounds, NO_QUERY, takeSample } from '../guard/query.ts';
import { type Asked, asksOf } from '../guard/source-windows.ts';
import { countText } from '../guard/words.ts';
import type { MinuteRow } from '../ports.ts';
import type { Plan, Rollout } from './rollout.ts';

/** What a guard's source said before anything was raised. */
export interface Check {
  readonly key: string;
  readonly kind: Guard['kind'];
  readonly action: GuardAction;
  readonly source: string;
  readonly verdict: Verdict;
  readonly text: string;
  /** A start is refused for it unless forced: it fails already, or its query can never be answered. */
  readonly refuses: boolean;
  /** Its newest window: errors of total, or events, or the reading; null where there is none. */
  readonly window: { readonly errors: number; readonly total: number; readonly ms: number } | null;
}

/** Asks a source for one window. Must not reject. */
export type ReadWindow = (guard: SourceGuard, asked: Asked, window: Bounds) => Promise<Sample>;

/** As many guards as a plan may have: a start waits as long as its slowest source takes. */
const AT_ONCE = 10;

/** Asks every source of a plan once for its newest window. */
export async function dryRun(plan: Plan, read: ReadWindow, at: number): Promise<Check[]> {
  const guards = plan.guards.filter(isSourceGuard);
  const checks: Check[] = [];
  for (let i = 0; i < guards.length; i += AT_ONCE) {
    const group = guards.slice(i, i + AT_ONCE).map(async (guard) => {
      const window = { from: at - guard.lagMs - guard.windowMs, to: at - guard.lagMs };
      const samples = await Promise.all(asksOf(guard).map((asked) => read(guard, asked, window)));
      return checkOf(plan, guard, { ...window, samples, at });
    });
    checks.push(...(await Promise.all(group)));
  }
  return checks;
}

/**
 * What one window says by itself: it fails where that alone would pause the rollout. A query that is broken for good refuses as
 * well; no data and a source that is down do not, for they hold the rollout and pass.
 */
export function checkOf(
  plan: Plan,
  guard: SourceGuard,
  read: Bounds & { readonly samples: readonly Sample[]; readonly at: number },
): Check {
  const [sample = UNASKED, control] = read.samples;
  const rollout: Rollout = { ...BLANK, plan, stageSince: read.from, bakeSince: read.from };
  const state = takeSample(guard, NO_QUERY, rollout, { ...read, probe: false, sample, ...(control && { control }) });
  // one reading above it is red before a start, although it takes several to pause what is under way
  const strict = guard.kind === 'threshold' ? { ...guard, consecutive: 1 } : guard;
  const { verdict, text } = judgeSource(strict, rollout, NO_EVIDENCE, state, read.at).reading;
  const { newest, trouble } = state;
  const { key, kind, action, source } = guard;
  const above = verdict === 'pass' && guard.kind === 'query' && newest !== null && newest.errors > guard.limit * newest.total;
  const told = above && state.newest?.control === undefined;
  return {
    ...{ key, kind, action, source },
    verdict: told ? 'inconclusive' : verdict,
    text: told ? `${text}: above it, but too few to be sure` : text,
    refuses: action !== 'observe' && (verdict === 'fail' || (trouble?.permanent ?? false)),
    window: newest === null ? null : { errors: newest.errors, total: newest.total, ms: guard.windowMs },
  };
}
const UNASKED: Sample = { kind: 'unavailable', reason: 'nothing was asked' };
const BLANK: Omit<Rollout, 'plan' | 'stageSince' | 'bakeSince'> = {
  ...{ id: '', project: '', environment: '', flag: '', rule: '', release: '', state: 'running', reason: null, stage: 0 },
  ...{ startPercent: 0, percent: 0, startedAt: 0, startedBy: { kind: 'burgee', id: '', name: '' }, forced: null },
  ...{ endedAt: null, confirmedAt: null, ruleDigest: '', evidence: null, timeline: [] },
};

/** Outcomes reported so long ago still say that they are reported here: nights, and a weekend's first hours. ms */
export const OUTCOMES_MS = 24 * 3_600_000;
/** Evaluations so long ago say that somebody is here now, ms. */
export const EVALUATIONS_MS = 30 * 60_000;
/** An SDK counts evaluations and outcomes in the same report once a minute: after two, what is missing is missing. ms */
export const SETTLED_MS = 2 * 60_000;

/** Who reports in an environment: `outcomes`, `nobody` at all, or `evaluations` without outcomes. */
export type Reporting = 'outcomes' | 'nobody' | 'evaluations';

/**
 * Reads it off minute rows: `work` rows of the last `OUTCOMES_MS`, `count` rows from `EVALUATIONS_MS` to `SETTLED_MS` ago. Absence
 * needs evidence too: where nothing is evaluated an application may be about to start, and a rollout there raises nothing
 * unseen, it holds until somebody reports.
 */
export function reportingOf(rows: { readonly work: readonly MinuteRow[]; readonly counts: readonly MinuteRow[] }): Reporting {
  if (rows.work.some(({ series, sums }) => series === 'work' && (sums[0] ?? 0) > 0)) return 'outcomes';
  return rows.counts.some(({ series, sums }) => series === 'count' && (sums[0] ?? 0) > 0) ? 'evaluations' : 'nobody';
}

/** Whether a plan goes by outcomes that SDKs attribute to an arm. */
export function needsOutcomes({ guards, stages }: Pick<Plan, 'guards' | 'stages'>): boolean {
  const compares = guards.some(({ kind, action }) => (kind === 'outcomes' || kind === 'latency') && action !== 'observe');
  return compares && stages.some(({ advance }) => advance !== 'time');
}

/** What was looked at before a start. */
export interface Preflight {
  readonly checks: readonly Check[];
  readonly reporting: Reporting;
}

/** Why a start should not be, the gravest first. What waits for another rollout is asked about its sources again when it begins. */
export function refusals(plan: Plan, { checks, reporting }: Preflight, waits = false): BurgeeError[] {
  const red = waits ? [] : checks.filter(({ refuses }) => refuses);
  const found: BurgeeError[] = [];
  if (red.length > 0) {
    const [first] = red;
    const more = red.length === 1 ? '' : ` (and ${countText(red.length - 1)} more)`;
    const text = `before anything is raised, ${first?.text}${more}. It starts when that is over, or with force and a reason.`;
    found.push(new BurgeeError('guard_red', text, { checks, guards: red.map(({ key }) => key) }));
  }
  if (reporting === 'evaluations' && needsOutcomes(plan)) {
    const text =
      `plan ${plan.key} compares how users fare, and applications here evaluate flags but have reported no outcome for a day: ` +
      'let the SDK see requests (its middleware, client.run or client.outcome), or take a plan that goes by time, or force it with a reason';
    found.push(new BurgeeError('no_outcomes', text, { reporting, withinMs: OUTCOMES_MS }));
  }
  return found;
}

/** What is no reason not to start, and still worth knowing before. */
export interface Warning {
  readonly code: string;
  readonly stage: number | null;
  readonly guard: string | null;
  readonly text: string;
}

export function warningsOf(plan: Plan, { checks, reporting }: Preflight): Warning[] {
  const found: Warning[] = checks
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ key, verdict, text }) => ({ code: `guard-${verdict}`, stage: null, guard: key, text }));
  if (reporting === 'nobody' && needsOutcomes(plan)) {
    const text = 'no application has reported here lately: the rollout holds at its first stage until one does';
    found.push({ code: 'nobody-reports', stage: null, guard: null, text });
  }
  return found;
}
