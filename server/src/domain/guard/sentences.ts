import type { QueryGuard } from '../guard.ts';
import type { BothArms, Evidence, Figures, QueryState } from './evidence.ts';
import { countText, oddsText, plural, rateText } from './words.ts';

/** The figures that explain a failure: this stage's, or the whole rollout's where nobody failed in the stage. */
export function tellingFigures({ stage, totals }: Evidence): BothArms {
  return stage.treatment.errors > 0 ? stage : totals;
}

/** The figures of where a rollout stands: this stage's, once somebody met the new version in it. */
export function presentFigures({ stage, totals }: Evidence): BothArms {
  return stage.treatment.units > 0 ? stage : totals;
}

export function rateOf({ units, errors }: Figures): number {
  return units === 0 ? 0 : errors / units;
}

/** `5 of 96 users on the new version failed (5.2 %) against 18 of 1,830 (1.0 %) without it` */
export function compareText({ treatment, control }: BothArms): string {
  const who = `${plural(treatment.units, 'user')} on the new version`;
  const failed = `${countText(treatment.errors)} of ${who} failed (${rateText(rateOf(treatment))})`;
  if (control.units === 0) return failed;
  return `${failed} against ${countText(control.errors)} of ${countText(control.units)} (${rateText(rateOf(control))}) without it`;
}

/** Adds how unlikely that is by luck. */
export function lacksText(compared: string, chance: number): string {
  return `${compared}; the chance of this by luck is below ${oddsText(chance)}`;
}

/** `checkout-errors: 12 of 400 failed (3.0 %) in the newest window, limit 2.0 %` */
export function limitText(guard: QueryGuard, { newest }: QueryState): string {
  if (newest === null) return `“${guard.key}” has not been read yet`;
  const { errors, total } = newest;
  const rate = rateText(total === 0 ? 0 : errors / total);
  return `“${guard.key}”: ${countText(errors)} of ${countText(total)} failed (${rate}) in the newest window, the limit is ${rateText(guard.limit)}`;
}
