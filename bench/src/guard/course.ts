import type { Evidence } from '../../../server/src/domain/guard/evidence.ts';
import { NO_EVIDENCE } from '../../../server/src/domain/guard/evidence.ts';
import { type Judgement, judge } from '../../../server/src/domain/guard/judge.ts';
import { foldTick, replay } from '../../../server/src/domain/guard/memory.ts';
import { OpenExposures } from '../../../server/src/domain/guard/open-exposures.ts';
import type { Plan, Rollout } from '../../../server/src/domain/rollout/rollout.ts';
import { ENDED } from '../../../server/src/domain/rollout/rollout.ts';
import { type Action, decide } from '../../../server/src/domain/rollout/rollout-decide.ts';
import type { Target } from '../../../server/src/domain/rollout/rollout-rule.ts';
import { BURGEE, changeOf } from '../../../server/src/domain/rollout/rollout-transitions.ts';
import { type Crowd, type Failure, type Requests, type Scene, type Sent, Traffic } from './traffic.ts';

/** A rollout and the people who meet it. */
export interface Scenario {
  readonly plan: Plan;
  readonly crowd: Crowd;
  readonly fails: Failure;
  /** The fault begins in the first second for which this holds. */
  readonly faultFrom?: (scene: Scene) => boolean;
  readonly seconds: number;
  /** The chances of a false revert at which the same evidence is read, ascending; the course goes on after each. */
  readonly alphas?: readonly number[];
  /** After each tick; `false` ends the course. */
  readonly watch?: (tick: Tick) => boolean;
}

/** What a tick saw and did. */
export interface Tick {
  readonly second: number;
  readonly requests: Requests;
  readonly sent: readonly Sent[];
  readonly rollout: Rollout;
  readonly evidence: Evidence;
  readonly judgement: Judgement;
  readonly action: Action;
}

/** When the evidence first asked for a revert. */
export interface Alarm {
  readonly second: number;
  /** Seconds since the fault began, and treatment units that had been folded of it. */
  readonly afterFault: number;
  readonly units: number;
}

export interface Course {
  /** One for each α; null: never. */
  readonly alarms: readonly (Alarm | null)[];
  /** What the plan itself did. */
  readonly reverted: Alarm | null;
  readonly advances: readonly { readonly second: number; readonly stage: number }[];
  readonly state: Rollout['state'];
  readonly seconds: number;
  readonly treatmentUnits: number;
}

const START = 1_800_000_000_000;
const TARGET: Target = { kind: 'ours', rule: { id: 'rule', percent: 0, by: 'default', serve: { variant: 'on' } } };

/**
 * A rollout from its start, one tick a second: fold, judge, decide and change are the controller's own; around them only reports
 * come in and time goes on. A report that is flushed in one second is folded at the end of the next.
 */
export function simulate(scenario: Scenario, seed: number): Course {
  const { plan, alphas = [] } = scenario;
  const traffic = new Traffic(scenario.crowd, scenario.fails, Math.max(1, Math.round(plan.flushMs / 1_000)), seed);
  let rollout = begin(plan);
  let evidence: Evidence = NO_EVIDENCE;
  const memory = { ...replay(rollout, evidence, []), open: new NothingOpen() };
  const alarms: (Alarm | null)[] = alphas.map(() => null);
  const advances: Course['advances'][number][] = [];
  const scene: Scene = { second: 0, stage: 0, stageSecond: 0, faultSecond: -1, percent: rollout.percent };
  let [reverted, second]: [Alarm | null, number] = [null, 0];
  let [arriving, faulted, units]: [readonly Sent[], number | null, number] = [[], null, 0];

  while (second < scenario.seconds) {
    second += 1;
    const at = START + second * 1_000;
    [scene.second, scene.percent, scene.stage] = [second, rollout.percent, rollout.stage];
    scene.stageSecond = (at - rollout.stageSince) / 1_000;
    if (faulted === null && scenario.faultFrom?.(scene)) faulted = second - 1;
    scene.faultSecond = faulted === null ? -1 : second - 1 - faulted;
    const folding = arriving;
    const { requests, sent } = traffic.second(scene);
    arriving = sent;

    units += folding.reduce((sum, { faulty }) => sum + faulty, 0);
    const reports = folding.map(({ report }) => ({ ...report, receivedAt: at }));
    evidence = foldTick(memory, rollout, evidence, reports, { at, expire: true })?.evidence ?? evidence;
    const alarm = (): Alarm => ({ second, afterFault: faulted === null ? second : second - faulted, units });
    const judgement = judge(rollout, evidence, at);
    // a higher α has the lower bar: where the highest says nothing, none does
    for (let i = alphas.length - 1; i >= 0 && asks(rollout, evidence, at, alphas[i] ?? 1); i--) alarms[i] ??= alarm();
    const action = decide({ rollout, target: TARGET, evidence, judgement, at, tickMs: 1_000 });
    const goesOn = scenario.watch?.({ second, requests, sent: folding, rollout, evidence, judgement, action }) ?? true;
    if (action.kind === 'advance') advances.push({ second, stage: action.stage });
    if (action.kind === 'revert') reverted = alarm();
    if (action.kind !== 'stay') {
      const stored = { entity: { ...rollout, timeline: [] }, version: 1 };
      for (const write of changeOf(action, { rollout: stored, state: undefined, actor: BURGEE, at, evidence }).writes) {
        if ('put' in write && write.put === 'rollout') rollout = write.entity;
      }
      evidence = { ...evidence, ...(rollout.evidence as Evidence) };
    }
    if (!goesOn || ENDED.has(rollout.state) || (alarms.length > 0 && !alarms.includes(null))) break;
  }
  const treatmentUnits = evidence.totals.treatment.units;
  return { alarms, reverted, advances, state: rollout.state, seconds: second, treatmentUnits };
}

/** These traces open and close within one flush, so nothing is ever open: closing must not cost a look-up for each visit. */
class NothingOpen extends OpenExposures {
  override close(): void {}
}

function asks(rollout: Rollout, evidence: Evidence, at: number, alpha: number): boolean {
  return judge({ ...rollout, plan: { ...rollout.plan, revertAlpha: alpha } }, evidence, at).revert !== null;
}

function begin(plan: Plan): Rollout {
  return {
    ...{ id: 'bench', project: 'default', environment: 'production', flag: 'bench', rule: 'rule', release: 'r1' },
    ...{ plan, state: 'running', reason: null, stage: 0, startPercent: 0, percent: plan.stages[0]?.percent ?? 100 },
    ...{ startedAt: START, startedBy: BURGEE, forced: null, stageSince: START, bakeSince: START, endedAt: null },
    ...{ confirmedAt: null, ruleDigest: 'bench', evidence: null, timeline: [] },
  };
}
