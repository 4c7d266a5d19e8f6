import { describe, expect, it } from 'vitest';
import { type Evidence, NO_EVIDENCE } from '../guard/evidence.ts';
import type { Judgement } from '../guard/judge.ts';
import type { Rollout, RolloutState, StateReason } from './rollout.ts';
import { type Action, decide, type Facts, nextStage, PAUSE_AFTER_MS } from './rollout-decide.ts';
import { PLAN_DEFAULTS } from './rollout-plans.ts';
import type { Target } from './rollout-rule.ts';

const AT = 1_000_000;
const rule = { id: 'a', percent: 5, by: 'default', serve: { variant: 'on' } };
const OURS: Target = { kind: 'ours', rule };
const EDITED: Target = { kind: 'edited', rule, text: 'Somebody set the rule to 30 %.' };
const KILLED: Target = { kind: 'gone', code: 'killed', text: 'The flag was killed.' };

const stage = (percent: number, advance: 'evidence' | 'time' | 'manual') => ({
  percent,
  advance,
  bakeMs: 1_000,
  maxHoldMs: 60_000,
});
const STAGES = [stage(1, 'time'), stage(5, 'evidence'), stage(50, 'manual')];

const PLAN = { project: 'p', key: 'k', name: 'n', ...PLAN_DEFAULTS, stages: STAGES };
// AT is 00:16:40 of a Thursday
const FROZEN = { ...PLAN, freeze: [{ days: ['thu' as const], from: '00:00', to: '01:00', timeZone: 'UTC' }] };
const THAWED = { ...PLAN, freeze: [{ days: ['thu' as const], from: '00:00', to: '00:16', timeZone: 'UTC' }] };

function rollout(fields: Partial<Rollout> = {}): Rollout {
  return {
    ...{ id: 'r', project: 'p', environment: 'e', flag: 'f', rule: 'a', release: '1', state: 'running', reason: null },
    ...{ stage: 1, percent: 5, startPercent: 0, startedAt: 0, forced: null, stageSince: AT - 5_000, bakeSince: AT - 5_000 },
    plan: PLAN,
    startedBy: { kind: 'user', id: 'u', name: 'Ada' },
    ...{ endedAt: null, confirmedAt: null, ruleDigest: '', evidence: null, timeline: [] },
    ...fields,
  };
}
const PASSING: Judgement = {
  revert: null,
  kill: false,
  back: null,
  pause: null,
  hold: null,
  clear: true,
  passing: true,
  readings: [],
};
const reason = (code: StateReason['code'], since = AT - 1_000): StateReason => ({ code, text: 'why', since });
const hold = { code: 'no-data' as const, text: 'nothing came' };
const pause = { guard: 'g', code: 'guard-query' as const, text: 'too many' };

type Case = Omit<Partial<Facts>, 'rollout' | 'judgement' | 'evidence'> & {
  readonly rollout?: Partial<Rollout>;
  readonly judgement?: Partial<Judgement>;
  readonly evidence?: Partial<Evidence>;
};
function decided(given: Case): Action {
  return decide({
    target: given.target ?? OURS,
    rollout: rollout(given.rollout),
    judgement: { ...PASSING, ...given.judgement },
    evidence: { ...NO_EVIDENCE, unitsAt: AT - 500, ...given.evidence },
    at: AT,
    tickMs: 1_000,
  });
}

const everything = { revert: 'it fails', pause, hold };
const table: readonly [string, Case, Partial<Action>][] = [
  ['a dead flag ends it before anything else', { target: KILLED, judgement: everything }, { kind: 'abort', code: 'killed' }],
  ['an edit comes before a pause and a hold', { target: EDITED, judgement: { pause, hold } }, { kind: 'pause', code: 'edited' }],
  ['an edit takes the revert away', { target: EDITED, judgement: everything }, { kind: 'pause', code: 'edited' }],
  [
    'it is only told',
    { target: EDITED, rollout: { state: 'paused', reason: reason('edited') }, judgement: everything },
    { kind: 'page' },
  ],
  [
    'an edited rollout stays so although the rule looks as before',
    { rollout: { state: 'paused', reason: reason('edited') }, judgement: everything, evidence: { paged: true } },
    { kind: 'stay' },
  ],
  ['revert comes before pause and hold', { judgement: everything }, { kind: 'revert' }],
  ...(['running', 'holding', 'pending'] as RolloutState[]).map((state): [string, Case, Partial<Action>] => [
    `revert from ${state}`,
    { rollout: { state }, judgement: everything },
    { kind: 'revert' },
  ]),
  [
    'a pause by a person is still judged and can revert',
    { rollout: { state: 'paused', reason: reason('paused') }, judgement: { revert: 'it fails' } },
    { kind: 'revert' },
  ],
  [
    'a pause by a guard too',
    { rollout: { state: 'paused', reason: reason('guard-query') }, judgement: everything },
    { kind: 'revert' },
  ],
  ['a paused rollout does not move', { rollout: { state: 'paused', reason: reason('paused') } }, { kind: 'stay' }],
  ['pause comes before hold', { judgement: { pause, hold } }, { kind: 'pause', code: 'guard-query' }],
  ['a hold comes at once', { judgement: { hold } }, { kind: 'hold', code: 'no-data' }],
  [
    'a hold with another reason replaces it',
    { rollout: { state: 'holding', reason: reason('max-hold') }, judgement: { hold } },
    { kind: 'hold' },
  ],
  ['a young hold is quiet', { rollout: { state: 'holding', reason: reason('no-data') }, judgement: { hold } }, { kind: 'stay' }],
  [
    'after two ticks it is told',
    { rollout: { state: 'holding', reason: reason('no-data', AT - 2_000) }, judgement: { hold } },
    { kind: 'announce' },
  ],
  [
    'once',
    { rollout: { state: 'holding', reason: reason('no-data', AT - 2_000) }, judgement: { hold }, evidence: { announced: true } },
    { kind: 'stay' },
  ],
  [
    'after ten minutes it is a pause',
    { rollout: { state: 'holding', reason: reason('no-data', AT - PAUSE_AFTER_MS) }, judgement: { hold } },
    { kind: 'pause', code: 'no-data' },
  ],
  [
    'it goes on by itself',
    { rollout: { state: 'holding', reason: reason('no-data'), bakeSince: AT }, judgement: {} },
    { kind: 'run' },
  ],
  ['clear and baked: one stage', {}, { kind: 'advance', stage: 2, percent: 50, completes: false }],
  [
    'clear and baked, in a freeze: hold',
    { rollout: { plan: FROZEN } },
    {
      kind: 'hold',
      code: 'freeze',
      text: "The plan's freeze lets nothing advance until Thu 1 Jan, 01:00 (UTC); it can still be reverted.",
    },
  ],
  [
    'held by the freeze it stays',
    { rollout: { plan: FROZEN, state: 'holding', reason: reason('freeze', AT - PAUSE_AFTER_MS) } },
    { kind: 'stay' },
  ],
  ['a freeze stops no revert', { rollout: { plan: FROZEN }, judgement: { revert: 'it fails' } }, { kind: 'revert' }],
  ['and no pause', { rollout: { plan: FROZEN }, judgement: { pause } }, { kind: 'pause' }],
  ['nor does it hide that nothing comes', { rollout: { plan: FROZEN }, judgement: { hold } }, { kind: 'hold', code: 'no-data' }],
  [
    'after the freeze: one stage',
    { rollout: { plan: THAWED, state: 'holding', reason: reason('freeze') } },
    { kind: 'advance', stage: 2, percent: 50 },
  ],
  ['not baked: stay', { rollout: { bakeSince: AT - 999 } }, { kind: 'stay' }],
  ['not clear: stay', { judgement: { clear: false } }, { kind: 'stay' }],
  ['a guard that does not pass: stay', { judgement: { passing: false } }, { kind: 'stay' }],
  ['evidence that is not fresh: stay', { evidence: { unitsAt: AT - 60_000 } }, { kind: 'stay' }],
  [
    'not clear for too long: hold',
    { rollout: { stageSince: AT - 61_000 }, judgement: { clear: false } },
    { kind: 'hold', code: 'max-hold' },
  ],
  [
    'it clears after all',
    { rollout: { state: 'holding', reason: reason('max-hold', 0), stageSince: AT - 61_000 } },
    { kind: 'advance', stage: 2 },
  ],
  [
    'too long is no reason to pause',
    { rollout: { state: 'holding', reason: reason('max-hold', 0), stageSince: AT - 1e9 }, judgement: { clear: false } },
    { kind: 'stay' },
  ],
  ['a manual stage waits', { rollout: { stage: 2, percent: 50 } }, { kind: 'hold', code: 'manual-stage' }],
  [
    'a time stage needs no clearance',
    { rollout: { stage: 0, percent: 1 }, judgement: { clear: false } },
    { kind: 'advance', percent: 5 },
  ],
  ...(['completed', 'reverted', 'aborted'] as RolloutState[]).map((state): [string, Case, Partial<Action>] => [
    `${state} is over`,
    { rollout: { state }, judgement: everything },
    { kind: 'stay' },
  ]),
];

describe('the decision order', () => {
  it.each(table)('%s', (_, given, wanted) => {
    expect(decided(given)).toMatchObject(wanted);
  });

  it('goes from the last stage to 100 and completes, and skips stages that a person has passed', () => {
    expect(nextStage(rollout({ stage: 2, percent: 50 }))).toEqual({ kind: 'advance', stage: 3, percent: 100, completes: true });
    expect(nextStage(rollout({ stage: 0, percent: 20 }))).toEqual({ kind: 'advance', stage: 2, percent: 50, completes: false });
  });
});
