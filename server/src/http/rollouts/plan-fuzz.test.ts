import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BurgeeError, type FieldError } from '../../domain/errors.ts';
import { decidePlan } from '../../domain/rollout/plan-decisions.ts';
import type { Plan } from '../../domain/rollout/rollout.ts';
import { withHoldback } from '../../domain/rollout/rollout-plans.ts';
import { validate } from '../frame/validate.ts';
import { planCreation } from './plan-schemas.ts';

const ADA = { kind: 'user' as const, id: 'ada', name: 'Ada' };
const windows = { windowMs: 60_000, lagMs: 0, maxAgeMs: 60_000 };
const query = { source: 'prometheus', errors: 'e', total: 't', limit: 0.02, ...windows };
const sound = () => ({
  key: 'mine',
  name: 'Mine',
  description: '',
  stages: [
    { percent: 1, advance: 'time', bakeMs: 1_000, maxHoldMs: 2_000 },
    { percent: 25, advance: 'evidence', bakeMs: 1_000, maxHoldMs: 2_000 },
    { percent: 100, advance: 'evidence', bakeMs: 1_000, maxHoldMs: 2_000 },
  ],
  guards: [
    { kind: 'outcomes', key: 'outcomes', action: 'back', tolerated: 1, coolDownMs: 60_000, retries: 3 },
    { kind: 'query', key: 'errors', action: 'pause', ...query },
    { kind: 'query', key: 'arms', action: 'revert', ...query, errors: 'e{arm}', total: 't{arm}', limit: 0, tolerated: 1.5 },
    { kind: 'latency', key: 'slow', action: 'kill', tolerated: 1, cutoffsMs: [100, 500] },
    { kind: 'rate', key: 'events', action: 'pause', source: 'prometheus', events: 'n', limitPerSecond: 5, ...windows },
    { kind: 'threshold', key: 'lag', action: 'pause', source: 'prometheus', value: 'v', limit: 5, consecutive: 3, ...windows },
  ],
  revertTo: 'zero',
  ...{ revertAlpha: 0.001, pauseAlpha: 0.05, rhoBad: 3, beta: 0.05, minErrors: 3, minDifference: 0.001, controlSample: 1 },
  ...{ flushMs: 2_000, openMs: 30_000, holdback: 2 },
  freeze: [{ days: ['fri', 'sat'], from: '16:00', to: '08:00', timeZone: 'Europe/Berlin' }],
});

function saved(body: unknown): Plan | readonly FieldError[] {
  try {
    const entity: Plan = { project: 'default', ...validate(planCreation, body) };
    decidePlan(null, entity, ['prometheus'], ADA);
    return entity;
  } catch (error) {
    if (error instanceof BurgeeError && error.code === 'invalid') return error.details.fields as readonly FieldError[];
    throw error;
  }
}
const isPlan = (result: Plan | readonly FieldError[]): result is Plan => 'stages' in result;

/** Every place of a document, `stages[1].percent`, with the way to put something else there. */
function places(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Array.isArray(value)
    ? value.flatMap((one, i) => places(one, `${path}[${i}]`))
    : Object.entries(value).flatMap(([key, one]) => places(one, path === '' ? key : `${path}.${key}`));
  return path === '' ? inside : [path, ...inside];
}

function put(document: unknown, path: string, value: unknown): void {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop() ?? '';
  const parent = steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], document);
  (parent as Record<string, unknown>)[last] = value;
}

const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    'x',
    'NaN',
    -1,
    0,
    0.5,
    1,
    2,
    50.0001,
    101,
    1e308,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    true,
  ),
  fc.constantFrom<unknown>([], {}, [null], [[]], { a: 1 }, '__proto__', '25:00', 'Nowhere/At_All', ['sun', 'sun'], undefined),
  fc.jsonValue(),
  fc.double(),
  fc.integer(),
);

describe('a plan with anything anywhere in it', () => {
  it('is taken where it is sound', () => {
    expect(isPlan(saved(sound()))).toBe(true);
  });

  it('is either sound or refused with the field and what would be right', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places(sound())), junk, (path, value) => {
        const body = sound();
        put(body, path, value);
        const result = saved(body);
        if (isPlan(result)) {
          const percents = withHoldback(result).stages.map(({ percent }) => percent);
          expect(percents).toEqual([...new Set(percents)].sort((a, b) => a - b));
          expect(percents.every((percent) => percent > 0 && percent <= 100)).toBe(true);
          return;
        }
        expect(result.length).toBeGreaterThan(0);
        const root = path.replace(/[.[].*/, '');
        // a wrong percent, holdback or guard may be told at the stages that it makes wrong
        const near = new Set([root, ...(['holdback', 'guards', 'stages'].includes(root) ? ['stages', 'guards'] : [])]);
        if (root === 'revertAlpha') near.add('pauseAlpha');
        for (const { field, message } of result) {
          expect(near, `${path} = ${JSON.stringify(value)}: ${field} ${message}`).toContain(field.replace(/[.[].*/, ''));
          expect(message.length).toBeGreaterThan(5);
        }
      }),
      { seed: 11, numRuns: 10_000 },
    );
  });

  it('names a field that does not exist, wherever it is', () => {
    for (const path of ['more', 'stages[0].more', 'guards[1].more', 'freeze[0].more']) {
      const body = sound();
      put(body, path, 1);
      expect(saved(body)).toEqual([{ field: path, message: 'unknown field' }]);
    }
  });

  it('says what a holdback wants of its stages', () => {
    const fields = (holdback: number, percents: readonly number[]) => {
      const stages = percents.map((percent) => ({ percent, advance: 'evidence', bakeMs: 0, maxHoldMs: 1 }));
      const result = saved({ ...sound(), holdback, stages });
      return isPlan(result) ? [] : result.map(({ field }) => field);
    };
    expect(fields(2, [1, 98])).toEqual([]);
    expect(fields(2, [1, 100])).toEqual([]);
    expect(fields(2, [1, 50])).toEqual(['stages[1].percent']);
    expect(fields(2, [98, 99])).toEqual(['stages[0].percent']);
    expect(fields(51, [1, 50])).toEqual(['holdback']);
    expect(fields(0, [1, 50])).toEqual(['holdback']);
    expect(fields(0.0001, [1, 50])).toEqual(['holdback']);
  });
});
