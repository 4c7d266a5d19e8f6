import type { Rollout } from '../rollout/rollout.ts';
import { barsOf, chanceOf, type Evidence } from './evidence.ts';
import type { LatencyGuard, OutcomeGuard } from './guard.ts';
import { isTimeOnly, quietAfter } from './judge.ts';
import { lnLatency } from './latency.ts';
import { lnMixture } from './mixture.ts';
import { asked, type Opinion, readingOf } from './opinion.ts';
import { LN_MISMATCH } from './sample-ratio.ts';
import { compareText, incidentText, lacksText, presentFigures, slowText, tellingFigures } from './sentences.ts';
import { countText } from './words.ts';

/** Treatment's failed units against control's. */
export function judgeOutcomes(guard: OutcomeGuard, rollout: Rollout, evidence: Evidence, at: number): Opinion {
  const { plan } = rollout;
  const { errors, difference } = evidence.heaviest;
  const tells = errors >= plan.minErrors && difference >= plan.minDifference;
  const compared = compareText(tellingFigures(evidence));
  const lnM = tells ? evidence.lnM : Number.NEGATIVE_INFINITY;
  const wanted = asked(guard, lnM, barsOf(plan, evidence.restarts), (bar) => lacksText(compared, chanceOf(bar)));
  return (
    wanted ??
    missing(guard, rollout, evidence, at) ?? { reading: readingOf(guard, 'pass', compareText(presentFigures(evidence))) }
  );
}

/** Treatment's slow units against control's, at every cut-off. */
export function judgeLatency(guard: LatencyGuard, rollout: Rollout, evidence: Evidence, at: number): Opinion {
  const { plan } = rollout;
  const { cutoffsMs } = guard;
  const { mixtures, sums } = evidence.latency;
  if (cutoffsMs === 'auto' || cutoffsMs.length === 0) {
    const text = `“${guard.key}” has no cut-offs: no latency was known when the rollout started`;
    return { reading: readingOf(guard, 'no-data', text), ...(guard.action !== 'observe' && { hold: { code: 'no-data', text } }) };
  }
  const lnMs = cutoffsMs.map((_, i) => {
    const mixture = mixtures[i];
    return mixture === undefined ? 0 : lnMixture(mixture);
  });
  const heaviest = lnMs.indexOf(Math.max(...lnMs));
  const counts = sums[heaviest] ?? { n1: 0, e1: 0, n0: 0, e0: 0 };
  const text = slowText(cutoffsMs[heaviest] ?? 0, counts);
  const lnM = counts.e1 >= plan.minErrors ? lnLatency(evidence.latency) : Number.NEGATIVE_INFINITY;
  const wanted = asked(guard, lnM, barsOf(plan, evidence.restarts), (bar) => lacksText(text, chanceOf(bar)));
  return wanted ?? missing(guard, rollout, evidence, at) ?? { reading: readingOf(guard, 'pass', text) };
}

/** Why units cannot be compared now, or tell nothing about the new version; or null. */
function missing(guard: OutcomeGuard | LatencyGuard, rollout: Rollout, evidence: Evidence, at: number): Opinion | null {
  const { plan } = rollout;
  const quiet = at - Math.max(evidence.unitsAt ?? 0, rollout.startedAt);
  if (quiet > quietAfter(plan.flushMs) && !isTimeOnly(rollout)) {
    const text = evidence.unitsAt === null ? 'no application has reported users yet' : 'applications stopped reporting users';
    return { reading: readingOf(guard, 'no-data', text), hold: { code: 'no-data', text } };
  }
  if (evidence.stage.since === rollout.stageSince && evidence.stage.lnMismatch >= LN_MISMATCH) {
    const { treatment, control } = evidence.stage;
    const text = `users are not split as ${rollout.percent} % should split them (${countText(treatment.units)} to ${countText(control.units)}), so they cannot be compared`;
    return { reading: readingOf(guard, 'inconclusive', text), hold: { code: 'sample-ratio', text } };
  }
  if (evidence.incident !== null) {
    const text = incidentText(evidence.incident);
    return { reading: readingOf(guard, 'inconclusive', text), hold: { code: 'incident', text } };
  }
  const treated = evidence.treatedAt !== null && evidence.treatedAt >= rollout.stageSince;
  if (treated || isTimeOnly(rollout)) return null;
  return { reading: readingOf(guard, 'inconclusive', 'no user of this stage has been seen yet') };
}
