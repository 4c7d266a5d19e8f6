import { describe, expect, it } from 'vitest';
import type { Rollout } from '../rollout/rollout.ts';
import { PLAN_DEFAULTS } from '../rollout/rollout-plans.ts';
import { type Evidence, type Figures, NO_EVIDENCE } from './evidence.ts';
import type { GuardAction, QueryGuard } from './guard.ts';
import { judge } from './judge.ts';
import { NO_QUERY, takeSample } from './query.ts';

const AT = 1_000_000;
const query = (action: GuardAction): QueryGuard => ({
  ...{ kind: 'query', key: 'slo', action, source: 's', errors: 'e', total: 't', limit: 0.02 },
  ...{ windowMs: 10_000, lagMs: 0, maxAgeMs: 60_000 },
});

/** A stage in which the whole service fails at 10 % against a limit of 2 %, and users as told. */
function judged(action: GuardAction, treatment: Figures, control: Figures, more: Partial<Evidence> & { told?: boolean } = {}) {
  const stages = [{ percent: 50, advance: 'evidence' as const, bakeMs: 0, maxHoldMs: 600_000 }];
  const guard = query(action);
  const plan = { project: 'p', key: 'k', name: 'n', ...PLAN_DEFAULTS, stages, guards: [...PLAN_DEFAULTS.guards, guard] };
  const rollout: Rollout = {
    ...{ id: 'r', project: 'p', environment: 'e', flag: 'f', rule: 'a', release: '1', plan, state: 'running', reason: null },
    ...{ stage: 0, percent: 50, startPercent: 0, startedAt: 0, forced: null, stageSince: AT - 20_000, bakeSince: AT - 20_000 },
    ...{ startedBy: { kind: 'user', id: 'u', name: 'Ada' }, endedAt: null, confirmedAt: null, ruleDigest: '', evidence: null },
    timeline: [],
  };
  const window = { from: AT - 10_000, to: AT, probe: false, at: AT };
  const state = takeSample(guard, NO_QUERY, rollout, {
    ...window,
    sample: { kind: 'ok', errors: 1_000, total: 10_000, asOf: AT },
    incident: more.told ?? false,
  });
  const { told: _, ...rest } = more;
  const stage = { treatment, control, since: AT - 20_000, lnMismatch: 0 };
  return judge(rollout, { ...NO_EVIDENCE, unitsAt: AT, treatedAt: AT, stage, queries: { slo: state }, ...rest }, AT);
}
const bad: Figures = { units: 1_000, errors: 100 };
const good: Figures = { units: 1_000, errors: 10 };

describe('an absolute limit in a global incident', () => {
  it.each(['revert', 'back', 'kill'] as const)('pauses where it would %s, and lets nothing advance', (action) => {
    const { revert, back, kill, pause, passing } = judged(action, bad, bad);
    expect([revert, back, kill, passing]).toEqual([null, null, false, false]);
    const resumed = judged(action, bad, bad, { overruled: ['slo'] });
    expect([resumed.revert, resumed.pause, resumed.passing]).toEqual([null, null, false]);
    expect(judged('pause', bad, good, { overruled: ['slo'] }).passing).toBe(true);
    expect(pause?.text).toMatch(/users without the new version fail above the limit as well/);
  });

  it('takes what is read meanwhile for no evidence: it goes on by itself when that is over', () => {
    const told = judged('revert', bad, bad, { told: true });
    expect([told.revert, told.pause, told.hold, told.passing]).toEqual([null, null, null, false]);
    expect(told.readings[1]?.verdict).toBe('fail');
    expect(judged('revert', bad, good, { told: true })).toMatchObject({ revert: null, pause: null, passing: true });
    expect(judged('observe', bad, bad, { told: true }).readings[1]?.verdict).toBe('pass');
  });

  it('still acts where control is well, where control is hardly known, and where nothing is reported', () => {
    expect(judged('revert', bad, good).revert).not.toBeNull();
    expect(judged('revert', bad, { units: 10, errors: 1 }).revert).not.toBeNull();
    expect(judged('revert', { units: 0, errors: 0 }, { units: 0, errors: 0 }).revert).not.toBeNull();
    expect(judged('kill', bad, good).kill).toBe(true);
  });

  it('never keeps the comparison from reverting, nor hides behind it', () => {
    const worse = { lnM: 50, heaviest: { errors: 100, difference: 0.05 } };
    const both = judged('pause', { units: 1_000, errors: 300 }, bad, worse);
    expect(both.revert).toMatch(/^300 of 1,000 users/);
    expect(judged('revert', { units: 1_000, errors: 300 }, bad, { lnM: 5 }).revert).toContain('slo');
  });
});
