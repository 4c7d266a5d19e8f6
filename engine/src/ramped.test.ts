import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyContext, rulesetOf } from './arbitraries.test.ts';
import { evaluate } from './evaluate.ts';
import { prepare } from './prepare.ts';
import { rampedRules, unitAttribute } from './ramped.ts';

const ramp = (rollout: string) => ({ rollout, controlSample: 1, flushMs: 2000, openMs: 30_000, changedAt: 0, cutoffsMs: [] });
const anyPercent = fc.oneof(
  fc.constantFrom(0, 0.001, 50, 99.999, 100),
  fc.nat(100_000).map((n) => n / 1000),
);
const anyBy = fc.constantFrom('default', 'targetingKey', 'userId', 'x', '__proto__', 'constructor');

describe('rampedRules and unitAttribute', () => {
  it('name the unit and the arm that an evaluation told its observer', () => {
    let told = 0;
    fc.assert(
      fc.property(anyContext, anyBy, anyPercent, fc.constantFrom({}, { salt: 's' }), (context, by, percent, salt) => {
        const ruleset = rulesetOf([{ percent, by, ...salt, ramp: ramp('ro') }]);
        const prepared = prepare(ruleset);
        let met: { percent: number; unit: string; arm: string } | undefined;
        const arm = (...[, , , at, unit, side]: [unknown, string, string, number, string, string]) => {
          met = { percent: at, unit, arm: side };
        };
        evaluate(prepared, 'flag', context, 0, 0.5, { decided() {}, audience() {}, arm });
        const attribute = typeof context === 'object' && context !== null ? unitAttribute(by, context) : undefined;
        if (attribute === undefined) {
          // nobody, or a draw in an id's place
          expect(met?.unit ?? '0.5').toBe('0.5');
          return;
        }
        told += 1;
        const [rule] = rampedRules(prepared, 'flag');
        const unit = String((context as Record<string, unknown>)[attribute]);
        expect(met).toEqual({ percent: rule?.percent, unit, arm: rule?.armOf(unit) });
      }),
      { seed: 20261124, numRuns: 3000 },
    );
    expect(told).toBeGreaterThan(300);
  });

  it('leave out what is not ramped, draws at random, or cannot be understood', () => {
    const rules = [{ by: 'random', percent: 5, ramp: ramp('a') }, { percent: 5 }, { percent: 5, ramp: ramp('b') }];
    const prepared = prepare(rulesetOf(rules));
    expect(rampedRules(prepared, 'flag').map(({ rule, ramp: { rollout } }) => [rule, rollout])).toEqual([['r2', 'b']]);
    expect(rampedRules(prepared, 'nothing')).toEqual([]);
    expect(rampedRules(prepare(rulesetOf([{ percent: 101, ramp: ramp('a') }])), 'flag')).toEqual([]);
    expect(unitAttribute('random', { targetingKey: 'u' })).toBeUndefined();
  });

  it('go by the percent of an override', () => {
    const overrides = [{ id: 'o', flag: 'flag', rule: 'r0', percent: 0 }];
    const [lowered] = rampedRules(prepare({ ...rulesetOf([{ percent: 100, ramp: ramp('a') }]), overrides }), 'flag');
    expect([lowered?.percent, lowered?.armOf('u')]).toEqual([0, 'control']);
    const [plain] = rampedRules(prepare(rulesetOf([{ percent: 100, ramp: ramp('a') }])), 'flag');
    expect([plain?.percent, plain?.armOf('u')]).toEqual([100, 'treatment']);
  });
});
