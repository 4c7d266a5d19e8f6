import type { Freeze, Guard, Stage } from '@burgee/server/api';
import type { PlanSettings } from '../api/plans.ts';
import type { PlanRow } from '../api/resources.ts';

type Optional = 'holdback' | 'freeze' | 'freshRiskSet' | 'trustClientOutcomes';

/** A plan as it is edited: what a plan may leave out is there, empty. */
export interface PlanDraft extends Omit<PlanSettings, Optional> {
  /** null: made from the name. */
  readonly key: string | null;
  readonly holdback: number | null;
  readonly freeze: readonly Freeze[];
  readonly freshRiskSet: boolean;
  readonly trustClientOutcomes: boolean;
}

export function draftOf(plan: PlanRow): PlanDraft {
  const {
    version: _,
    builtin: __,
    holdback = null,
    freeze = [],
    freshRiskSet = false,
    trustClientOutcomes = false,
    ...rest
  } = plan;
  return { ...rest, holdback, freeze, freshRiskSet, trustClientOutcomes };
}

/** The plan as it is sent: what is empty is left out. */
export function settingsOf(draft: PlanDraft): PlanSettings {
  const { key: _, holdback, freeze, freshRiskSet, trustClientOutcomes, guards, ...rest } = draft;
  return {
    ...rest,
    name: rest.name.trim(),
    description: rest.description.trim(),
    guards: guards.map(sentGuard),
    ...(holdback === null ? {} : { holdback }),
    ...(freeze.length === 0 ? {} : { freeze }),
    ...(freshRiskSet ? { freshRiskSet } : {}),
    ...(trustClientOutcomes ? { trustClientOutcomes } : {}),
  };
}

/** Whether a query compares treatment with control. */
export const comparesArms = ({ errors, total }: { readonly errors: string; readonly total: string }): boolean =>
  errors.includes('{arm}') || total.includes('{arm}');

function sentGuard(guard: Guard): Guard {
  const { coolDownMs, retries, ...plain } = guard;
  const back =
    guard.action === 'back' ? { ...(coolDownMs !== undefined && { coolDownMs }), ...(retries !== undefined && { retries }) } : {};
  if (plain.kind !== 'query') return { ...plain, ...back };
  const { tolerated, ...query } = plain;
  return comparesArms(query) ? { ...query, ...back, limit: 0, tolerated: tolerated ?? 1 } : { ...query, ...back };
}

const WINDOW = { windowMs: 60_000, lagMs: 15_000, maxAgeMs: 120_000 };

/** A guard of a kind as it begins; `taken`: the keys of the others. */
export function newGuard(kind: Guard['kind'], taken: readonly string[], source: string): Guard {
  let key: string = kind;
  for (let n = 2; taken.includes(key); n++) key = `${kind}-${n}`;
  switch (kind) {
    case 'outcomes':
      return { kind, key, action: 'revert', tolerated: 1 };
    case 'latency':
      return { kind, key, action: 'pause', tolerated: 1.2, cutoffsMs: 'auto' };
    case 'query':
      return { kind, key, action: 'pause', source, errors: '', total: '', limit: 0.05, ...WINDOW };
    case 'rate':
      return { kind, key, action: 'pause', source, events: '', limitPerSecond: 1, ...WINDOW };
    case 'threshold':
      return { kind, key, action: 'pause', source, value: '', limit: 100, consecutive: 3, ...WINDOW };
  }
}

/** The stage after these. */
export function nextStage(stages: readonly Stage[]): Stage {
  const last = stages.at(-1);
  if (!last) return { percent: 1, advance: 'evidence', bakeMs: 300_000, maxHoldMs: 21_600_000 };
  return { ...last, percent: Math.min(100, Number(((last.percent + 100) / 2).toFixed(3))) };
}

/** The least time from the first stage to everyone, ms. */
export const leastMs = (stages: readonly Stage[]): number => stages.reduce((sum, { bakeMs }) => sum + bakeMs, 0);
