import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCondition, anyContext, anyRuleset, hostileContexts, rulesetOf, snapshot } from './arbitraries.test.ts';
import { evaluate, type Observer } from './evaluate.ts';
import { OPERATORS, prepare } from './prepare.ts';

const RUNS = Number(process.env.BURGEE_RUNS ?? 10_000);
const SEED = 20261123;
const runs = (share = 1) => ({ seed: SEED, numRuns: Math.ceil(RUNS * share) });
const patient = 600_000;

// the tests need no RE2: an honest stand-in that is linear
const options = { regex: (pattern: string, _ignoreCase: boolean) => (text: string) => text.includes(pattern) };

const observers: readonly (Observer | undefined)[] = [
  undefined,
  { decided: () => undefined, audience: () => undefined, arm: () => undefined },
  {
    decided: () => {
      throw new Error('decided');
    },
    audience: () => {
      throw new Error('audience');
    },
    arm: () => {
      throw new Error('arm');
    },
  },
];

describe('any ruleset and any context', () => {
  it(
    'get an answer, the same one each time, and nothing is changed',
    () => {
      const before = snapshot(Object.prototype);
      fc.assert(
        fc.property(anyRuleset, anyContext, fc.double(), fc.double({ min: 0, max: 1 }), (ruleset, context, now, draw) => {
          const written = JSON.stringify(ruleset);
          const prepared = prepare(ruleset, options);
          const held = snapshot(context);
          for (const key of [...prepared.keys(), 'nowhere', '__proto__', 'constructor']) {
            const first = evaluate(prepared, key, context, now, draw);
            for (const observer of observers) {
              const again = evaluate(prepared, key, context, now, draw, observer);
              expect(again).toEqual(first);
            }
            expect(first.errorCode).not.toBe('GENERAL');
            expect(first.reason === 'ERROR').toBe(first.errorCode !== undefined);
            expect(first.value === undefined).toBe(first.errorCode !== undefined);
            if (first.variant !== undefined) {
              const variant = prepared.flag(key)?.variants.find((one) => one.key === first.variant);
              expect(first.value).toEqual(variant?.value);
            }
            expect(first.flag).toBe(key);
          }
          expect(snapshot(context)).toEqual(held);
          expect(JSON.stringify(ruleset)).toBe(written);
        }),
        runs(),
      );
      expect(snapshot(Object.prototype)).toEqual(before);
    },
    patient,
  );

  it('hostile contexts get an answer from every operator', () => {
    for (const operator of OPERATORS) {
      for (const [name, make] of hostileContexts) {
        const when = { attribute: 'x', operator, values: ['10.0.0.0/8', '1.2.3', 5, true, '2026-11-23T00:00:00Z'] };
        for (const negate of [false, true]) {
          const prepared = prepare(rulesetOf([{ when: { ...when, negate }, percent: 50, by: 'x' }, { percent: 50 }]), options);
          for (const observer of observers) {
            const { value, errorCode } = evaluate(prepared, 'flag', make() as never, Number.NaN, Number.NaN, observer);
            expect(typeof value, `${name} ${operator}`).toBe('boolean');
            expect(errorCode).toBeUndefined();
          }
        }
      }
    }
  });

  it('a throw would be seen (negative control)', () => {
    const found = hostileContexts.find(([name]) => name === 'throwing getters');
    expect(() => Reflect.get(Object(found?.[1]()), 'x')).toThrow();
  });
});

describe('conditions', () => {
  const holds = (when: unknown, context: unknown): boolean =>
    evaluate(prepare(rulesetOf([{ when }]), options), 'flag', context as never, 0, 0).value === true;

  it(
    'negation and De Morgan: not (all) is any (not), twice not is nothing',
    () => {
      fc.assert(
        fc.property(anyCondition, anyCondition, anyContext, (a, b, context) => {
          expect(holds({ not: { all: [a, b] } }, context)).toBe(holds({ any: [{ not: a }, { not: b }] }, context));
          expect(holds({ not: { not: a } }, context)).toBe(holds(a, context));
          expect(holds({ all: [a, b] }, context)).toBe(holds(a, context) && holds(b, context));
          expect(holds({ any: [a, b] }, context)).toBe(holds(a, context) || holds(b, context));
          expect(holds(a, context) && holds({ not: a }, context)).toBe(false);
        }),
        runs(0.2),
      );
    },
    patient,
  );
});

describe('an evaluation', () => {
  it('gives the same frozen object for the same answer', () => {
    const ramp = { rollout: 'ro', controlSample: 1, flushMs: 1, openMs: 1, changedAt: 0, cutoffsMs: [] };
    const prepared = prepare(rulesetOf([{ percent: 50, ramp }]));
    const ask = (targetingKey: string) => evaluate(prepared, 'flag', { targetingKey }, 0, 0);
    const answers = new Set(Array.from({ length: 100 }, (_, index) => ask(`u${index}`)));
    expect(answers.size).toBe(2);
    for (const answer of answers) expect(Object.isFrozen(answer)).toBe(true);
  });

  it('tells its observer what it decided, whom it met and in which arms', () => {
    const ramp = { rollout: 'ro', controlSample: 1, flushMs: 1, openMs: 1, changedAt: 0, cutoffsMs: [] };
    const parent = rulesetOf([{ percent: 50, ramp }], { key: 'parent' });
    const child = rulesetOf([{ percent: 100, by: 'company', ramp: { ...ramp, rollout: 'ro2' } }], {
      prerequisites: [{ flag: 'parent', variants: ['on', 'off'] }],
    });
    const told: unknown[] = [];
    const observer: Observer = {
      decided: (...given) => told.push(['decided', ...given]),
      audience: (flag, rule, hash) => told.push(['audience', flag, rule, hash >>> 0 === hash]),
      arm: ({ rollout }, ...given) => told.push(['arm', rollout, ...given]),
    };
    const prepared = prepare({ ...child, flags: [...parent.flags, ...child.flags] });
    const answer = evaluate(prepared, 'flag', { targetingKey: 'u1', company: 'c' }, 0, 0.5, observer);
    expect(answer).toMatchObject({ value: true, arm: 'treatment', rollout: 'ro2', reason: 'STATIC' });
    const [audience, arm, decided, own, last] = told as unknown[][];
    expect(audience).toEqual(['audience', 'parent', 'r0', true]);
    expect(arm?.slice(0, 6)).toEqual(['arm', 'ro', 'parent', 'r0', 50, 'u1']);
    expect(decided?.slice(0, 2)).toEqual(['decided', 'parent']);
    expect(own).toEqual(['arm', 'ro2', 'flag', 'r0', 100, 'c', 'treatment']);
    expect(last?.slice(0, 4)).toEqual(['decided', 'flag', 'r0', 'on']);
    expect(told).toHaveLength(5);
  });
});
