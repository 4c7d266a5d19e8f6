import type { BothArms, Evidence } from '../guard/evidence.ts';
import type { Judgement } from '../guard/judge.ts';
import { compareText, presentFigures } from '../guard/sentences.ts';
import { countText, durationText, percentText, plural } from '../guard/words.ts';
import type { Rollout } from './rollout.ts';
import { PATIENT } from './rollout-decide.ts';

/** One plain sentence or two: what is happening or what happened, on what evidence, and that it is safe. */
export function sentenceOf(rollout: Rollout, evidence: Evidence, at: number): string {
  return SENTENCES[rollout.state](rollout, evidence, at);
}

const SENTENCES: Readonly<Record<Rollout['state'], (rollout: Rollout, evidence: Evidence, at: number) => string>> = {
  pending: (rollout) =>
    `Not begun yet. ${closed(rollout.reason?.text ?? 'It begins at the next tick')} Nobody new gets the new version until then.`,
  running: (rollout, evidence) => `${at(rollout)}. ${known(presentFigures(evidence))}`,
  holding: (rollout, evidence) =>
    `Holding at ${percentText(rollout.percent)}: ${closed(rollout.reason?.text ?? 'evidence is missing')} ${
      patient(rollout) ? known(presentFigures(evidence)) : 'Nobody new gets the new version until that is over.'
    }`,
  paused: (rollout, evidence) => {
    const judged =
      rollout.reason?.code === 'edited'
        ? 'The guard watches but changes nothing.'
        : 'The guard still watches and can still revert.';
    return `Paused at ${percentText(rollout.percent)}: ${closed(rollout.reason?.text ?? 'a person must decide')} ${known(presentFigures(evidence))} ${judged}`;
  },
  completed: (rollout, evidence) => {
    const took = rollout.endedAt === null ? '' : ` after ${durationText(rollout.endedAt - rollout.startedAt)}`;
    return evidence.totals.treatment.units === 0
      ? `Completed${took}: everyone has the new version.`
      : `Completed${took}: everyone has the new version. ${known(evidence.totals)}`;
  },
  reverted: (rollout) => {
    const by = rollout.reason?.code === 'by-hand' ? byHand(rollout) : '';
    const back =
      rollout.percent === 0
        ? 'Everyone is back on the old version.'
        : `The rule is back at ${percentText(rollout.percent)}, where it was before.`;
    const sure = rollout.percent === 0 ? ` ${certainty(rollout)}` : '';
    return `Reverted to ${percentText(rollout.percent)}${by}: ${closed(rollout.reason?.text ?? '')} ${back}${sure}`;
  },
  aborted: (rollout) =>
    `Stopped at ${percentText(rollout.percent)}: ${closed(rollout.reason?.text ?? 'the flag was changed')} It will not go on by itself.`,
};

function certainty({ confirmedAt, timeline }: Rollout): string {
  if (confirmedAt === null) return 'Waiting to see the last exposures end.';
  if (timeline.some(({ event }) => event === 'unconfirmed'))
    return 'That the last exposures ended was not seen within ten minutes.';
  return 'No application serves the new version any more.';
}

/** What keeps the rollout from its next stage. */
export function waitsFor(
  rollout: Rollout,
  judgement: Judgement,
  now: { readonly at: number; readonly timeOnly: boolean },
): string {
  const { state, reason, plan } = rollout;
  if (state === 'completed' || state === 'reverted' || state === 'aborted') return 'nothing: it has ended';
  if (state === 'paused') return 'somebody to resume or revert it';
  if (rollout.waiting) return reason?.text ?? 'the next tick';
  if (judgement.hold !== null) return `this to end: ${judgement.hold.text}`;
  const stage = plan.stages[rollout.stage];
  const left = stage === undefined ? 0 : rollout.bakeSince + stage.bakeMs - now.at;
  if (left > 0) return `${durationText(Math.ceil(left / 1000) * 1000)} more on this stage`;
  if (stage?.advance === 'manual') return 'somebody to advance it';
  if (stage?.advance === 'evidence' && !judgement.clear) {
    return `evidence that the new version does not fail ${countText(plan.rhoBad)} times as often`;
  }
  const waiting = judgement.readings.find(
    ({ kind, verdict, action }) => verdict !== 'pass' && action !== 'observe' && kind !== 'client-outcomes',
  );
  return waiting?.text ?? reason?.text ?? 'the next tick';
}

function at({ percent, stage, plan, release }: Rollout): string {
  return `Release ${release} is at ${percentText(percent)}, stage ${stage + 1} of ${plan.stages.length}`;
}

function patient({ reason }: Rollout): boolean {
  return reason !== null && PATIENT.has(reason.code);
}

function byHand(rollout: Rollout): string {
  const who = rollout.timeline.findLast(({ event }) => event === 'reverted')?.actor;
  return who === undefined ? '' : ` by ${who}`;
}

function known(figures: BothArms): string {
  const { treatment, control } = figures;
  if (treatment.units === 0) return control.units === 0 ? 'No users have been seen yet.' : 'No user has met the new version yet.';
  if (treatment.errors + control.errors === 0) {
    return `None of ${plural(treatment.units, 'user')} on the new version failed, and none of ${countText(control.units)} without it.`;
  }
  return `${compareText(figures)}.`;
}

function closed(text: string): string {
  const sentence = text.trim();
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
