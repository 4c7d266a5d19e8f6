import type { Ramp, Ruleset } from '@burgee/engine';

/** A ruleset's rules that are being ramped, and the attribute that buckets each. */
export interface RampedRule {
  readonly ramp: Ramp;
  readonly by: string;
}

type Rules = Ruleset['flags'][number]['rules'];

/** Flags arrive unchecked (the engine judges each when it is first asked for), so parts that are not as they should be are passed over. */
export function rampsOf(ruleset: Ruleset): readonly RampedRule[] {
  const found: RampedRule[] = [];
  const { flags } = ruleset;
  // by index: at the start nothing is compiled yet, and iterators would take several times as long
  for (let i = 0; i < flags.length; i++) {
    const rules: Rules | undefined = flags[i]?.rules;
    if (!Array.isArray(rules)) continue;
    for (let j = 0; j < rules.length; j++) {
      const rule = (rules as Rules)[j];
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
