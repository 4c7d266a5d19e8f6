import type { Counts } from './comparison.ts';
import type { Incident } from './control-rate.ts';
import type { BothArms, Figures, QueryState, StrandEvidence } from './evidence.ts';
import type { SourceGuard } from './guard.ts';
import { countText, oddsText, plural, rateText } from './words.ts';

/** The figures that explain a failure: this stage's, or the whole rollout's where nobody failed in the stage. */
export function tellingFigures({ stage, totals }: StrandEvidence): BothArms {
  return stage.treatment.errors > 0 ? stage : totals;
}

/** The figures of where a rollout stands: this stage's, once somebody met the new version in it. */
export function presentFigures({ stage, totals }: StrandEvidence): BothArms {
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

/** `users without the new version fail more than before as well (9.8 % of late against 1.0 %): …` */
export function incidentText({ recent, before }: Incident): string {
  const rate = ({ n, e }: Incident['recent']) => rateText(rateOf({ units: n, errors: e }));
  return `users without the new version fail more than before as well (${rate(recent)} of late against ${rate(before)}): a global incident`;
}

/** `“latency”: 34 of 140 requests of new users …` is what it counts: visits of users who had not been so slow before. */
export function slowText(cutoffMs: number, { n1, e1, n0, e0 }: Counts): string {
  const part = (e: number, n: number) => `${countText(e)} of ${countText(n)} (${rateText(rateOf({ units: n, errors: e }))})`;
  return `${part(e1, n1)} on the new version took longer than ${countText(cutoffMs)} ms for the first time against ${part(e0, n0)} without it`;
}

/** `“checkout-errors”: 12 of 400 failed (3.0 %) in the newest window, the limit is 2.0 %` */
export function limitText(guard: SourceGuard, state: QueryState): string {
  const { newest } = state;
  if (newest === null) return `“${guard.key}” has not been read yet`;
  const { errors, total, control } = newest;
  const said = `“${guard.key}”: `;
  if (guard.kind === 'rate') {
    const perSecond = errors / (guard.windowMs / 1_000);
    return `${said}${numberText(perSecond)} events a second in the newest window, the limit is ${numberText(guard.limitPerSecond)}`;
  }
  if (guard.kind === 'threshold') {
    const bad = `${state.bad ?? 0} readings in a row above ${numberText(guard.limit)}`;
    return `${said}${numberText(errors)} in the newest window, ${bad} (no statistics)`;
  }
  const failed = (e: number, n: number) => `${countText(e)} of ${countText(n)} failed (${rateText(n === 0 ? 0 : e / n)})`;
  if (control === undefined) return `${said}${failed(errors, total)} in the newest window, the limit is ${rateText(guard.limit)}`;
  const without = failed(control.errors, control.total);
  return `${said}${failed(errors, total)} on the new version in the newest window, ${without} without it (requests, not corrected for repeat users)`;
}

function numberText(value: number): string {
  return String(Number(value.toPrecision(4)));
}
