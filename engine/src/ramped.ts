import { hashFrom, position } from './bucketing.ts';
import { type Attributes, isInherited, read } from './conditions.ts';
import type { Prepared } from './prepare.ts';
import { textOf } from './text-operators.ts';
import type { Arm, EvaluationContext, Ramp } from './types.ts';

/** A rule that is being ramped, by its units' ids alone: for outcomes that come without an evaluation. */
export interface RampedRule {
  readonly flag: string;
  readonly rule: string;
  readonly ramp: Ramp;
  /** 0…100, an override's where that is lower. */
  readonly percent: number;
  /** The side on which a unit stands that meets the rule's conditions. `unit` is its id as text, not empty. */
  armOf(unit: string): Arm;
}

/** A flag's rules that are being ramped. Those that draw at random are left out: their units have no id. */
export function rampedRules(prepared: Prepared, flag: string): readonly RampedRule[] {
  const found: RampedRule[] = [];
  for (const { id, ramp, percent, threshold, bucketing } of prepared.compiled(flag)?.rules ?? []) {
    if (ramp === null || bucketing.kind === 'random') continue;
    const armOf = (unit: string): Arm => (position(hashFrom(bucketing, unit)) < threshold ? 'treatment' : 'control');
    found.push({ flag, rule: id, ramp, percent, armOf });
  }
  return found;
}

const DEFAULT_IDS: readonly string[] = ['targetingKey', 'userId', 'sessionId'];

/** The attribute that holds a context's unit under a rule's `by`; undefined where the context has none, or the draw decides. */
export function unitAttribute(by: string, context: EvaluationContext): string | undefined {
  if (by === 'random') return undefined;
  const isThere = (name: string) => (textOf(read(context as Attributes, name, isInherited(name))) ?? '') !== '';
  return by === 'default' ? DEFAULT_IDS.find(isThere) : isThere(by) ? by : undefined;
}
