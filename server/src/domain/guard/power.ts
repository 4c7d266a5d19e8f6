import type { Plan, Stage } from '../rollout/rollout.ts';
import { boundRequests, boundSeconds, boundUnits, unitsToClear } from './bound.ts';
import { barsOf, chanceOf } from './evidence.ts';
import type { Guard } from './guard.ts';
import { AUTO_SHARES } from './latency-cutoffs.ts';
import { expectedShare } from './sample-ratio.ts';
import { comparesArms } from './source-windows.ts';

/** What is expected of a rule's audience: from the last day's traffic, or a guess. */
export interface Traffic {
  /** Users whose work closes, per second, both arms. */
  readonly unitsPerSecond: number;
  /** Share of them whose work fails, 0…1. */
  readonly errorRate: number;
  /** What single guards' queries show before the start, by key: an error rate with requests per second, or events per second. */
  readonly services: Readonly<Record<string, Service>>;
}
export interface Service {
  readonly rate: number;
  readonly requestsPerSecond: number;
}

/** The smallest regression of the treatment that a guard is expected to see within a stage. */
export interface Sight {
  /** Treatment's rate: 0…1, or events per second. */
  readonly rate: number;
  /** That over the rate without the new version. */
  readonly ratio: number;
}

export interface GuardPower {
  readonly key: string;
  readonly kind: Guard['kind'];
  /** null: none. */
  readonly sees: Sight | null;
  /** The rate that the treatment needs for a whole service to reach an absolute limit at all; above 1 it never can. */
  readonly needs: number | null;
}

export interface StagePower {
  readonly stage: number;
  readonly percent: number;
  /** Treatment users per second, and how many are judged in the stage. */
  readonly unitsPerSecond: number;
  readonly units: number;
  /** How long it is expected to last, ms; null: until a person advances it. */
  readonly expectedMs: number | null;
  /** Until the evidence that an `evidence` stage waits for is expected, ms; null: not within `maxHoldMs`, or not waited for. */
  readonly clearMs: number | null;
  readonly guards: readonly GuardPower[];
}

// betting on ten ratios and unknown start times costs up to 40 % over the bound where the ratio is known beforehand
const OVERHEAD = 1.4;

/** Per stage: how long it takes, how many people meet the new version, and what each guard can see. Plain data, no clock. */
export function powerOf(plan: Plan, traffic: Traffic): StagePower[] {
  return plan.stages.map((stage, i) => {
    const unitsPerSecond = traffic.unitsPerSecond * (stage.percent / 100);
    const share = expectedShare(stage.percent, plan.controlSample);
    const waits = stage.advance === 'evidence';
    const needed = unitsToClear({ base: traffic.errorRate, share, rhoBad: plan.rhoBad, beta: plan.beta });
    const untilClear = unitsPerSecond > 0 ? (needed / unitsPerSecond) * 1_000 : Number.POSITIVE_INFINITY;
    const clearMs = waits && untilClear <= stage.maxHoldMs ? Math.ceil(untilClear) : null;
    const watchedMs = waits ? Math.max(stage.bakeMs, clearMs ?? stage.maxHoldMs) : stage.bakeMs;
    const units = (unitsPerSecond * watchedMs) / 1_000;
    const alpha = chanceOf(barsOf(plan).revert);
    return {
      stage: i,
      percent: stage.percent,
      unitsPerSecond,
      units,
      expectedMs: expectedOf(stage, clearMs),
      clearMs,
      guards: plan.guards.map((guard) => guardPower(guard, { plan, stage, share, units, watchedMs, alpha, traffic })),
    };
  });
}

function expectedOf(stage: Stage, clearMs: number | null): number | null {
  if (stage.advance === 'time') return stage.bakeMs;
  if (stage.advance === 'manual' || clearMs === null) return null;
  return Math.max(stage.bakeMs, clearMs);
}

interface Circumstances {
  readonly plan: Plan;
  readonly stage: Stage;
  readonly share: number;
  readonly units: number;
  readonly watchedMs: number;
  readonly alpha: number;
  readonly traffic: Traffic;
}

function guardPower(guard: Guard, at: Circumstances): GuardPower {
  const { key, kind } = guard;
  const blind = { key, kind, sees: null, needs: null };
  const treated = at.stage.percent / 100;
  if (guard.kind === 'outcomes') {
    const { minErrors, minDifference } = at.plan;
    const sees = smallestSeen({ ...at, base: at.traffic.errorRate, tolerated: guard.tolerated, minErrors, minDifference });
    return { ...blind, sees };
  }
  if (guard.kind === 'latency') {
    const cutoffs = guard.cutoffsMs === 'auto' ? AUTO_SHARES.length : guard.cutoffsMs.length;
    const seen = smallestSlower({ ...at, tolerated: guard.tolerated, cutoffs }).flatMap(({ sees }) => sees ?? []);
    return { ...blind, sees: seen.sort((a, b) => a.ratio - b.ratio)[0] ?? null };
  }
  const service = at.traffic.services[key];
  if (service === undefined || guard.kind === 'threshold') return blind;
  const requests = (service.requestsPerSecond * at.watchedMs) / 1_000;
  const whole = { base: service.rate, treated, alpha: at.alpha };
  if (guard.kind === 'rate') {
    return { ...blind, sees: smallestEvents({ ...whole, limit: guard.limitPerSecond, seconds: at.watchedMs / 1_000 }) };
  }
  if (comparesArms(guard)) {
    const units = requests * treated;
    return { ...blind, sees: smallestSeen({ ...whole, share: treated, units, tolerated: guard.tolerated ?? 1 }) };
  }
  const needs = neededRate({ ...whole, limit: guard.limit });
  return { ...blind, needs, sees: smallestAbove({ ...whole, limit: guard.limit, requests }) };
}

/**
 * The smallest treatment rate whose difference a comparison of so many treatment units is expected to see; null where not even a
 * rate of 1 would do.
 */
export function smallestSeen(given: {
  readonly base: number;
  readonly share: number;
  readonly units: number;
  readonly alpha: number;
  readonly tolerated?: number;
  readonly minErrors?: number;
  readonly minDifference?: number;
}): Sight | null {
  const { base, share, units, alpha, tolerated = 1, minErrors = 0, minDifference = 0 } = given;
  const allowed = Math.min(1, base * tolerated);
  const isSeen = (bad: number) =>
    bad - base >= minDifference &&
    units * bad >= minErrors &&
    OVERHEAD * boundUnits({ base: allowed, bad, share }, alpha) <= units;
  const rate = leastWhere(isSeen, allowed, 1);
  return rate === null ? null : { rate, ratio: rate / base };
}

/** The treatment's rate at which a whole service stands at an absolute limit, `treated` being the share that meets the new version. */
export function neededRate({ base, limit, treated }: { base: number; limit: number; treated: number }): number {
  return (limit - (1 - treated) * base) / treated;
}

/** The smallest treatment rate with which a whole service is seen above an absolute limit; null where not even 1 would do. */
export function smallestAbove(given: {
  readonly base: number;
  readonly limit: number;
  readonly treated: number;
  readonly requests: number;
  readonly alpha: number;
}): Sight | null {
  const { base, limit, treated, requests, alpha } = given;
  const overall = (bad: number) => treated * bad + (1 - treated) * base;
  const isSeen = (bad: number) => OVERHEAD * boundRequests(overall(bad), limit, alpha) <= requests;
  const rate = leastWhere(isSeen, base, 1);
  return rate === null ? null : { rate, ratio: rate / base };
}

/** The smallest rate of events, by the treatment's requests alone, with which a whole service is seen above a limit per second. */
export function smallestEvents(given: {
  readonly base: number;
  readonly limit: number;
  readonly treated: number;
  readonly seconds: number;
  readonly alpha: number;
}): Sight | null {
  const { base, limit, treated, seconds, alpha } = given;
  const overall = (bad: number) => treated * bad + (1 - treated) * base;
  const isSeen = (bad: number) => OVERHEAD * boundSeconds(overall(bad), limit, alpha) <= seconds;
  // events have no upper end: a hundredfold of what is there or allowed is called none
  const rate = leastWhere(isSeen, base, (100 * Math.max(base, limit)) / treated);
  return rate === null ? null : { rate, ratio: rate / base };
}

/** The expected smallest slower share over cut-offs that leave `AUTO_SHARES` above them. */
export function smallestSlower(given: {
  readonly share: number;
  readonly units: number;
  readonly alpha: number;
  readonly tolerated: number;
  readonly cutoffs: number;
}): readonly { readonly base: number; readonly sees: Sight | null }[] {
  return AUTO_SHARES.slice(0, given.cutoffs).map((base) => ({
    base,
    sees: smallestSeen({ ...given, base, alpha: given.alpha / given.cutoffs }),
  }));
}

/** The least x in (from, to] for which a claim that stays true once true holds, to a ten-thousandth of it; null: none. */
function leastWhere(claim: (x: number) => boolean, from: number, to: number): number | null {
  if (!claim(to)) return null;
  let [low, high] = [from, to];
  for (let i = 0; i < 60 && high - low > 1e-4 * high; i++) {
    const middle = (low + high) / 2;
    if (claim(middle)) high = middle;
    else low = middle;
  }
  return high;
}
