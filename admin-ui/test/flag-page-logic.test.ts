import type { Flag, FlagOutcomes, FlagUsage } from '@burgee/server/api';
import { describe, expect, it } from 'vitest';
import type { Targeting } from '../src/api/changes.ts';
import type { StateRow } from '../src/api/resources.ts';
import { snippetsOf } from '../src/flags/code.ts';
import { firstOperator, groupsFor, isWhole, typedValues, wrongIn } from '../src/flags/conditions.ts';
import { confirmation } from '../src/flags/difference.ts';
import { warningsOf } from '../src/flags/find-warnings.ts';
import { stepOf, thousandths } from '../src/flags/percent-field.tsx';
import { placeAt } from '../src/flags/reorder.ts';
import { evenWeights, weightsOf, withBoundary, withWeight } from '../src/flags/split.ts';
import { failedIn } from '../src/flags/usage/failed.ts';
import { armsOf, figuresOf } from '../src/flags/usage/figures.ts';
import { everyone, flag, NOW, plain, row, rule, rules, state } from './flag-rows.ts';
import { seeded } from './traffic.ts';

describe('a split', () => {
  it('always makes 1000, whatever is done to it', () => {
    const random = seeded(3);
    for (let n = 0; n < 500; n++) {
      const count = 2 + Math.floor(random() * 6);
      let weights = evenWeights(count);
      for (let k = 0; k < 8; k++) {
        const at = Math.floor(random() * count);
        weights =
          random() < 0.5
            ? withWeight(weights, at, (random() - 0.1) * 1200)
            : withBoundary(weights, Math.min(at, count - 2), (random() - 0.5) * 1500);
        expect(weights.reduce((all, weight) => all + weight, 0)).toBe(1000);
        expect(weights.every((weight) => Number.isInteger(weight) && weight >= 0)).toBe(true);
      }
    }
  });

  it('keeps the others in their proportions, and scales what an import brought', () => {
    expect(withWeight([500, 300, 200], 0, 0)).toEqual([0, 600, 400]);
    expect(withWeight([1000, 0, 0], 0, 400)).toEqual([400, 300, 300]);
    expect(withBoundary([500, 500], 0, 10)).toEqual([510, 490]);
    expect(
      weightsOf(
        {
          weights: [
            { variant: 'a', weight: 1 },
            { variant: 'b', weight: 2 },
          ],
        },
        ['a', 'b'],
      ),
    ).toEqual([333, 667]);
  });
});

describe('editors', () => {
  const key = (name: string, more: object = {}) => stepOf({ key: name, shiftKey: false, altKey: false, ...more });
  it('move a percent by thousandths with keys', () => {
    expect([
      key('ArrowUp'),
      key('ArrowLeft', { shiftKey: true }),
      key('ArrowRight', { altKey: true }),
      key('PageUp'),
      key('a'),
    ]).toEqual([1, -0.1, 0.001, 10, null]);
    expect([thousandths(2.0069999), thousandths(101), thousandths(-1)]).toEqual([2.007, 100, 0]);
  });

  it('know what an operator wants, and what suits an attribute', () => {
    expect(typedValues('num_gt', ['10', 'ten', ''])).toEqual([10, 'ten', '']);
    expect(wrongIn({ attribute: 'a', operator: 'num_gt', values: ['ten'] })?.values).toContain('“ten” is not a number');
    expect(wrongIn({ attribute: 'a', operator: 'in_cidr', values: ['10.0.0.0/8', '10.0.0.300'] })?.values).toContain(
      '10.0.0.300',
    );
    expect(wrongIn({ attribute: 'a', operator: 'semver_gt', values: ['1.2.3'] })).toBeNull();
    expect(wrongIn({ attribute: 'a', operator: 'date_after', values: ['tomorrow'] })?.values).toContain('tomorrow');
    expect(isWhole({ all: [{ not: { any: [{ attribute: '', operator: 'in', values: [] }] } }] })).toBe(false);
    expect(isWhole({ all: [{ attribute: 'a', operator: 'exists', values: [] }] })).toBe(true);
    const seats = { name: 'seats', reportedAt: null, types: ['number'] } as const;
    expect([groupsFor(seats)[0], firstOperator(seats), firstOperator(undefined)]).toEqual(['number', 'num_gte', 'in']);
  });

  it('put a dragged rule where the hand lets it go', () => {
    const boxes = [0, 50, 100].map((top) => ({ top, height: 50 }));
    expect([10, 60, 80, 500, -5].map((y) => placeAt(y, boxes, 0))).toEqual([0, 0, 1, 2, 0]);
    expect(placeAt(10, boxes, 2)).toBe(0);
  });

  it('say one thing first in a confirmation', () => {
    const two: Targeting = {
      ...{ enabled: true, prerequisites: [], defaultVariant: 'off', offVariant: 'off' },
      rules: [rule(), rule({ id: 'r2', percent: 5 })],
    };
    const one = confirmation('production', two, { ...two, rules: [rule({ percent: 30 }), rule({ id: 'r2', percent: 5 })] });
    expect([plain(one.head), one.lines]).toEqual(['production: Rule 1: 25 % → 30 % by user', []]);
    expect(confirmation('production', two, { ...two, rules: [], defaultVariant: 'on' }).head).toBe('production: 3 changes');
    expect(plain(confirmation('p', two, { ...two, enabled: false }).head)).toBe('p: on for 25 % by user and 5 % by user → off');
  });
});

describe('what is asked for', () => {
  const usage: FlagUsage = {
    ...{ from: 0, to: 180_000, lastEvaluated: 120_000, outcomes: [] },
    minutes: [
      {
        minute: 0,
        counts: [
          { rule: 'r1', variant: 'on', count: 25 },
          { rule: null, variant: 'off', count: 75 },
        ],
      },
      { minute: 120_000, counts: [{ rule: null, variant: 'gone', count: 4 }] },
    ],
    day: { from: 0, counts: [{ rule: 'old', variant: 'on', count: 9 }], units: [{ rule: 'r1', units: 40 }] },
  };

  it('tells what failed by arm, in all and by minute, and when it was reverted', () => {
    const minute = (n: number, e1: number) => ({ minute: n * 60_000, n1: 200, e1, n0: 1800, e0: 18 });
    const outcomes = {
      rollout: 'r',
      release: 'v42',
      state: 'reverted',
      endedAt: 150_000,
      minutes: [minute(0, 2), minute(2, 20)],
    };
    const failed = failedIn(outcomes as FlagOutcomes, usage);
    expect(failed?.totals).toEqual({ treatment: { units: 400, errors: 22 }, control: { units: 3600, errors: 36 } });
    expect(failed?.series.treatment.map(({ at, errors }) => [at, errors])).toEqual([
      [60_000, 2],
      [150_000, 20],
    ]);
    expect([failed?.reverted, failed?.series.steps]).toEqual([150_000, []]);
    expect([failed?.series.from, failed?.series.until]).toEqual([usage.from, usage.to]);
    expect(failedIn({ ...outcomes, state: 'running', endedAt: null } as FlagOutcomes, usage)?.reverted).toBeNull();
    expect(failedIn({ ...outcomes, minutes: [] } as unknown as FlagOutcomes, usage)).toBeNull();
  });

  it('has a bar for every minute, and loses no variant', () => {
    const { variants, bars, total, most } = figuresOf(usage, ['on', 'off']);
    expect(variants).toEqual(['on', 'off', 'gone']);
    expect(bars.map((bar) => bar.counts)).toEqual([
      [25, 75, 0],
      [0, 0, 0],
      [0, 0, 4],
    ]);
    expect([total, most]).toEqual([104, 100]);
  });

  it('is told by rule, with the share that it took of what came as far', () => {
    const arms = armsOf(usage, [rule(), rule({ id: 'r2', segments: [{ segment: 's' }] })]);
    expect(arms.map(({ rule: id, n }) => [id, n])).toEqual([
      ['r1', 1],
      ['r2', 2],
      ['old', null],
      [null, null],
    ]);
    expect(arms[0]).toMatchObject({ hour: 25, people: 40, wanted: 25 });
    expect(arms[0]?.took).toBeCloseTo(25 / 104);
    expect(arms[1]?.took).toBeNull();
  });
});

describe('a flag’s page', () => {
  const about = (one: StateRow, more: Partial<Flag> = {}) =>
    warningsOf({
      flag: flag(more),
      row: one,
      flags: [row([state('production', everyone)], { key: 'b' })],
      segments: new Set(['s']),
      now: NOW,
    });

  it('warns of what nobody would guess', () => {
    expect(about(state('production', everyone))).toEqual([]);
    expect(about(state('production', {}))[0]).toContain('gives nobody anything but the off variant');
    expect(about(state('production', rules(rule({ percent: 100 }), rule({ id: 'r2' }))))[0]).toContain('Rule 1 takes everybody');
    expect(about(state('production', { ...everyone, prerequisites: [{ flag: 'b', variants: ['blue'] }] }))[0]).toContain(
      'serves “on” here',
    );
    expect(about(state('production', { ...everyone, prerequisites: [{ flag: 'zz', variants: ['on'] }] }))[0]).toContain(
      'zz, which does not exist',
    );
    expect(about(state('production', rules(rule({ segments: [{ segment: 'lost' }] }))))[0]).toContain('segment lost');
    expect(about(state('production', everyone), { archived: true })).toHaveLength(1);
  });

  it('has code for every SDK with this key and type', () => {
    const odd = flag({
      key: "it's",
      type: 'json',
      variants: [
        { key: 'off', value: { a: 1 } },
        { key: 'on', value: [] },
      ],
    });
    const all = snippetsOf(odd, { url: 'https://flags.example.com', environment: 'production', offVariant: 'off' });
    expect(all.map(({ name }) => name)).toEqual(['node', 'browser', 'react', 'openfeature', 'curl', 'cli']);
    const [node, , , openfeature, curl, cli] = all.map(({ code }) => code);
    expect(node).toContain(`flags.json('it\\'s', { targetingKey: user.id }, {"a":1})`);
    expect(openfeature).toContain(`getObjectValue('it\\'s', {"a":1}`);
    expect(curl).toContain('/evaluate/flags/it');
    expect(cli).toContain(`burgee flags kill 'it'\\''s'`);
  });
});
