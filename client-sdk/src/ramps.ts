import type { Ramp, Rule, RulesetFlag } from '@burgee/engine';

/** A rule that is being ramped, and the attribute that buckets it. */
export interface RampedRule {
  readonly ramp: Ramp;
  readonly by: string;
}

/** Flags arrive unchecked (the engine judges each when it is first asked for), so parts that are not as they should be are passed over. */
export function rampsOf(flag: RulesetFlag): readonly RampedRule[] {
  const rules: readonly (Rule | null)[] | undefined = flag.rules;
  if (!Array.isArray(rules)) return NONE;
  const found: RampedRule[] = [];
  // by index: at the start nothing is compiled yet, and iterators would take several times as long
  for (let i = 0; i < rules.length; i++) {
    const rule = (rules as Rule[])[i];
    if (rule?.ramp !== undefined && isRamp(rule.ramp)) found.push({ ramp: rule.ramp, by: rule.by });
  }
  return found.length === 0 ? NONE : found;
}

const NONE: readonly RampedRule[] = [];

function isRamp(ramp: Ramp): boolean {
  return (
    typeof ramp === 'object' &&
    ramp !== null &&
    typeof ramp.rollout === 'string' &&
    ramp.flushMs > 0 &&
    ramp.openMs > 0 &&
    Array.isArray(ramp.cutoffsMs)
  );
}
