import type { Ramp, Ruleset } from '@burgee/engine';

/** A ruleset's rules that are being ramped, and the attribute that buckets each. */
export interface RampedRule {
  readonly ramp: Ramp;
  readonly by: string;
}

/** Flags arrive unchecked (the engine judges each when it is first asked for), so parts that are not as they should be are passed over. */
export function rampsOf(ruleset: Ruleset): readonly RampedRule[] {
  const found: RampedRule[] = [];
  for (const flag of ruleset.flags) {
    if (!Array.isArray(flag.rules)) continue;
    for (const rule of flag.rules as Ruleset['flags'][number]['rules']) {
      if (rule?.ramp !== undefined && isRamp(rule.ramp)) found.push({ ramp: rule.ramp, by: rule.by });
    }
  }
  return found;
}

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
