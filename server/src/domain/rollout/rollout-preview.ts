import type { Guard } from '../guard/guard.ts';
import { type GuardPower, powerOf, type Service, type StagePower, type Traffic } from '../guard/power.ts';
import { countText, percentText, rateText } from '../guard/words.ts';
import type { MinuteRow } from '../ports.ts';
import { unitsIn } from '../usage.ts';
import { freezeText, frozenUntil } from './freeze.ts';
import { type Check, type Preflight, type Warning, warningsOf } from './preflight.ts';
import type { Plan, Stage, StateReason } from './rollout.ts';

/** What the last day's minute rows say of a rule; null: unknown until it is evaluated. */
export interface DayTraffic {
  /** Distinct units in the rule's audience. */
  readonly people: number | null;
  /** Units met per second: who comes again is met again, as the guard counts until they fail. */
  readonly perSecond: number | null;
  /** Share of all work in the environment that failed, 0…1. */
  readonly failing: number | null;
}

/** One stage of a rollout that has not begun. */
export interface StagePreview extends Pick<Stage, 'percent' | 'advance' | 'bakeMs'> {
  readonly stage: number;
  /** The rule stands there already. */
  readonly skipped: boolean;
  /** How many of the last day's people would get the new version; null: unknown until evaluated. */
  readonly people: number | null;
  /** null: unknown, or until a person advances it. */
  readonly expectedMs: number | null;
  /** What each guard can see here, with a sentence. */
  readonly guards: readonly (GuardPower & { readonly text: string })[];
}

export interface RolloutPreview {
  readonly environment: string;
  /** Whether the same start would be taken now. */
  readonly wouldStart: boolean;
  /** Why not, as the start would say it. */
  readonly refusal: { readonly code: string; readonly detail: string } | null;
  /** It would be taken and wait for this before it raises anything. */
  readonly waits: StateReason | null;
  /** The rollout that this release has already: the start would answer it and begin nothing. */
  readonly existing: { readonly id: string; readonly state: string; readonly percent: number } | null;
  /** null: the start is refused before a rule is chosen, or makes a new one. */
  readonly rule: string | null;
  readonly startPercent: number;
  /** The plan with its holdback taken off. */
  readonly plan: Plan;
  readonly traffic: DayTraffic;
  readonly stages: readonly StagePreview[];
  /** All stages that are not skipped together, ms; null: unknown. */
  readonly expectedMs: number | null;
  readonly checks: readonly Check[];
  readonly warnings: readonly Warning[];
}

const DAY_MS = 86_400_000;

/** Reads a rule's traffic off the last day's rows: `sketch` of the rule, `count` of its flag, `work` of the environment. */
export function dayTraffic(
  rows: { readonly sketches: readonly MinuteRow[]; readonly counts: readonly MinuteRow[]; readonly work: readonly MinuteRow[] },
  at: number,
): DayTraffic {
  const sum = (from: readonly MinuteRow[], i: number) => from.reduce((total, { sums }) => total + (sums[i] ?? 0), 0);
  const seconds = (from: readonly MinuteRow[]) => {
    const first = Math.min(...from.map(({ minute }) => minute));
    return Math.max(60, Math.min(DAY_MS, at - first) / 1_000);
  };
  const evaluated = sum(rows.counts, 0);
  const worked = sum(rows.work, 0);
  const perSecond = evaluated === 0 ? null : evaluated / seconds(rows.counts);
  // a request that asks ten times is one unit's
  const most = worked === 0 ? Number.POSITIVE_INFINITY : worked / seconds(rows.work);
  return {
    people: rows.sketches.length === 0 ? null : Math.round(unitsIn(rows.sketches)),
    perSecond: perSecond === null ? null : Math.min(perSecond, most),
    failing: worked === 0 ? null : sum(rows.work, 1) / worked,
  };
}

/** What a start would do, and what its guards could see on the way. Pure. */
export function previewOf(
  facts: Pick<RolloutPreview, 'environment' | 'refusal' | 'waits' | 'existing' | 'rule' | 'startPercent' | 'plan' | 'traffic'> & {
    readonly preflight: Preflight;
    readonly at: number;
  },
): RolloutPreview {
  const { preflight, at, ...said } = facts;
  const { plan, traffic } = said;
  const known: Traffic = {
    unitsPerSecond: traffic.perSecond ?? 0,
    errorRate: traffic.failing ?? 0,
    services: servicesOf(preflight.checks),
  };
  const powers = powerOf(plan, known);
  const stages = plan.stages.map((stage, i) => stageOf(stage, powers[i], { facts, index: i }));
  const coming = stages.filter(({ skipped }) => !skipped);
  const total = coming.reduce<number | null>(
    (ms, { expectedMs }) => (ms === null || expectedMs === null ? null : ms + expectedMs),
    0,
  );
  return {
    ...said,
    wouldStart: said.refusal === null && said.existing === null,
    stages,
    expectedMs: total,
    checks: preflight.checks,
    warnings: [...warningsOf(plan, preflight), ...planWarnings(plan, at), ...coming.flatMap((one) => stageWarnings(one, facts))],
  };
}

type Facts = Parameters<typeof previewOf>[0];

function servicesOf(checks: readonly Check[]): Record<string, Service> {
  const found = new Map<string, Service>();
  for (const { key, kind, window } of checks) {
    if (window === null) continue;
    const perSecond = window.total / (window.ms / 1_000);
    if (kind === 'rate') found.set(key, { rate: window.errors / (window.ms / 1_000), requestsPerSecond: perSecond });
    else if (window.total > 0) found.set(key, { rate: window.errors / window.total, requestsPerSecond: perSecond });
  }
  return Object.fromEntries(found);
}

function stageOf(stage: Stage, power: StagePower | undefined, { facts, index }: { facts: Facts; index: number }): StagePreview {
  const { traffic, plan, startPercent } = facts;
  const timed = stage.advance === 'time' || isKnown(traffic);
  return {
    ...{ stage: index, percent: stage.percent, advance: stage.advance, bakeMs: stage.bakeMs },
    skipped: stage.percent <= startPercent && !(index === plan.stages.length - 1 && startPercent < 100),
    people: traffic.people === null ? null : Math.round((traffic.people * stage.percent) / 100),
    expectedMs: timed ? (power?.expectedMs ?? null) : null,
    guards: (power?.guards ?? []).map((guard) => ({ ...guard, text: sightText(guard, facts) })),
  };
}

/** Whether there is anything to calculate with. */
function isKnown({ perSecond, failing }: DayTraffic): boolean {
  return perSecond !== null && failing !== null;
}

const OWN: ReadonlySet<Guard['kind']> = new Set(['outcomes', 'latency']);

function isBlindFold({ kind, key }: GuardPower, { traffic, preflight }: Facts): boolean {
  return OWN.has(kind) ? !isKnown(traffic) : !preflight.checks.some((check) => check.key === key && check.window !== null);
}

function sightText(guard: GuardPower, facts: Facts): string {
  const { kind, sees, needs } = guard;
  if (kind === 'threshold') return 'compares a number with a limit; what that can see is not known';
  if (isBlindFold(guard, facts)) return OWN.has(kind) ? 'unknown until applications report' : 'unknown until the source answers';
  if (needs !== null && needs > 1) {
    return `cannot see this stage: for the whole service to reach the limit the new version would have to fail ${rateText(needs)} of the time`;
  }
  if (sees === null) return 'would see nothing here: too few people for too short a time';
  const times = Number.isFinite(sees.ratio) ? `, ${Number(sees.ratio.toPrecision(2))} times as many as now` : '';
  if (kind === 'rate') return `would see ${Number(sees.rate.toPrecision(2))} events a second or more${times}`;
  const what = kind === 'latency' ? 'slow work' : 'failures';
  return `would see ${what} of ${rateText(sees.rate)} or more${times}`;
}

function planWarnings(plan: Plan, at: number): Warning[] {
  const say = (code: string, text: string): Warning => ({ code, stage: null, guard: null, text });
  const until = frozenUntil(plan.freeze ?? [], at);
  const acts = plan.guards.filter(({ action }) => action !== 'observe');
  return [
    ...(until === null ? [] : [say('frozen', freezeText(plan.freeze ?? [], until))]),
    ...(plan.trustClientOutcomes
      ? [say('trusts-clients', 'this plan trusts what browsers report: whoever has a client key can make it revert and advance')]
      : []),
    ...(acts.length === 0 ? [say('no-guard', 'no guard of this plan does anything: only a person can stop it')] : []),
    ...(plan.stages.every(({ advance }) => advance === 'time')
      ? [say('time-only', 'every stage goes by time: it completes even if nothing is ever reported')]
      : []),
  ];
}

function stageWarnings(stage: StagePreview, facts: Facts): Warning[] {
  const { plan, traffic } = facts;
  const at = percentText(stage.percent);
  const say = (code: string, guard: string | null, text: string): Warning => ({ code, stage: stage.stage, guard, text });
  const found = stage.guards.flatMap((guard) => {
    const acts = plan.guards.some(({ key, action }) => key === guard.key && action !== 'observe');
    if (!acts || guard.kind === 'threshold' || guard.sees !== null || isBlindFold(guard, facts)) return [];
    const code = guard.needs !== null && guard.needs > 1 ? 'dilution' : 'blind';
    return [say(code, guard.key, `at ${at} the guard “${guard.key}” ${guard.text}`)];
  });
  if (stage.advance !== 'evidence' || !isKnown(traffic) || stage.expectedMs !== null) return found;
  const hold = plan.stages[stage.stage]?.maxHoldMs ?? 0;
  const rate = `${countText(traffic.perSecond ?? 0)} users a second, ${rateText(traffic.failing ?? 0)} failing`;
  const text = `at ${at} the evidence of safety is not expected within ${countText(hold / 60_000)} minutes (${rate}): it holds there`;
  return [...found, say('never-clears', null, text)];
}
