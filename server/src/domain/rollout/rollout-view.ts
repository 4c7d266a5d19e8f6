import { barsOf, type Evidence, evidenceOf, type Figures } from '../guard/evidence.ts';
import { isTimeOnly, judge } from '../guard/judge.ts';
import type { Reading } from '../guard/opinion.ts';
import { LN_MISMATCH } from '../guard/sample-ratio.ts';
import { rateOf } from '../guard/sentences.ts';
import type { Stored } from '../ports.ts';
import { ENDED, type Rollout } from './rollout.ts';
import { nextStage } from './rollout-decide.ts';
import { sentenceOf, waitsFor } from './rollout-sentence.ts';

/** How far one kind of evidence has come: `ln` of it, the bar it must reach, and the share of the way, 0…1. */
export interface RolloutView extends Omit<Rollout, 'evidence' | 'ruleDigest'> {
  readonly version: number;
  /** What is happening or what happened, on what evidence, and that it is safe. */
  readonly sentence: string;
  readonly gauges: {
    readonly revert: { readonly lnM: number; readonly bar: number; readonly share: number };
    /** null where the stage does not wait for evidence. */
    readonly advance: { readonly lnS: number; readonly bar: number; readonly share: number } | null;
  };
  readonly totals: { readonly treatment: ArmTotals; readonly control: ArmTotals };
  /** Whether the arms are split as the percent says; null before anybody met the stage, and where no guard compares arms. */
  readonly sampleRatio: SampleRatio | null;
  readonly next: { readonly percent: number | null; readonly waitsFor: string };
  readonly guards: readonly Reading[];
  /** The rollout's page. */
  readonly url: string;
}

/** Distinct users of one arm over the whole rollout. */
export interface ArmTotals extends Figures {
  /** errors / units, 0…1 */
  readonly rate: number;
}

/** Distinct units since the stage began, and the evidence that they are not split as its percent says: at the bar nothing advances. */
export interface SampleRatio {
  readonly treatment: number;
  readonly control: number;
  readonly lnE: number;
  readonly bar: number;
}

/** What people and pipelines see of a rollout. */
export function viewOf(
  { entity, version }: Stored<Rollout>,
  now: { readonly at: number; readonly publicUrl: string },
): RolloutView {
  const { evidence: _, ruleDigest: __, ...rollout } = entity;
  const evidence = evidenceOf(entity);
  const judgement = judge(entity, evidence, entity.endedAt ?? now.at);
  const bars = barsOf(entity.plan, evidence.restarts);
  const over = ENDED.has(entity.state);
  const stage = entity.plan.stages[entity.stage];
  const lnS = evidence.stage.since === entity.stageSince ? evidence.lnS : 0;
  const path = [entity.project, entity.environment, entity.id].map(encodeURIComponent);
  return {
    ...rollout,
    version,
    sentence: sentenceOf(entity, evidence, now.at),
    gauges: {
      revert: { lnM: evidence.lnM, bar: bars.revert, share: shareOfBar(evidence.lnM, bars.revert) },
      advance: stage?.advance === 'evidence' && !over ? { lnS, bar: bars.advance, share: shareOfBar(lnS, bars.advance) } : null,
    },
    totals: { treatment: totalsOf(evidence.totals.treatment), control: totalsOf(evidence.totals.control) },
    sampleRatio: sampleRatioOf(entity, evidence),
    next: {
      percent: over ? null : nextStage(entity).percent,
      waitsFor: waitsFor(entity, judgement, { at: now.at, timeOnly: isTimeOnly(entity) }),
    },
    guards: entity.waiting && !over ? judgement.readings.map(notYet) : judgement.readings,
    url: `${now.publicUrl}/projects/${path[0]}/environments/${path[1]}/rollouts/${path[2]}`,
  };
}

function totalsOf(figures: Figures): ArmTotals {
  return { ...figures, rate: rateOf(figures) };
}

function sampleRatioOf({ plan, stageSince }: Rollout, { stage }: Evidence): SampleRatio | null {
  const compares = plan.guards.some(({ kind }) => kind === 'outcomes' || kind === 'latency');
  const [treatment, control] = [stage.treatment.units, stage.control.units];
  if (!compares || stage.since !== stageSince || treatment + control === 0) return null;
  return { treatment, control, lnE: stage.lnMismatch, bar: LN_MISMATCH };
}

function shareOfBar(ln: number, bar: number): number {
  return Math.min(1, Math.max(0, ln / bar));
}

/** Nothing is judged of what has raised nothing. */
function notYet(reading: Reading): Reading {
  return { ...reading, verdict: 'inconclusive', text: 'looks as soon as the rollout begins' };
}
