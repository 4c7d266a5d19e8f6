import {
  answerOf,
  type Delta,
  evaluate,
  type Moment,
  type Observer,
  type Override,
  type Prepared,
  prepare,
  prepareSource,
  type RulesetFlag,
} from '@burgee/engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { envelope } from '../../test/peer.ts';
import { flag, ruleset, sent } from '../../test/rulesets.ts';
import { sha256 } from '../node/disk.ts';
import type { Held } from './held.ts';
import { createHolder, type Swap } from './holder.ts';
import { activeOverrides } from './order.ts';

const KEYS = ['a', 'b', 'c', 'd'];
const key = fc.constantFrom(...KEYS);
const step = fc.record({
  key,
  percent: fc.integer({ min: 0, max: 100 }),
  killed: fc.boolean(),
  isBroken: fc.integer({ max: 5 }).map((n) => n === 5),
  needs: fc.option(key),
  segment: fc.option(fc.constantFrom('s', 't')),
  removed: fc.option(key),
  moved: fc.option(fc.tuple(fc.constantFrom('s', 't'), fc.nat(5))),
  override: fc.option(fc.tuple(key, fc.integer({ min: 0, max: 100 }))),
  applied: fc.boolean(),
  alone: fc.option(key),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function flagOf({ key: name, percent, killed, isBroken, needs, segment }: Step): RulesetFlag {
  const serve = { variant: isBroken ? 'neither' : 'on' };
  const segments = segment === null ? [] : [{ segment }];
  return flag(name, {
    killed,
    prerequisites: needs === null ? [] : [{ flag: needs, variants: ['on'] }],
    rules: [{ id: 'r', percent, by: 'default', serve, segments }],
    defaultVariant: 'off',
  });
}

function deltaOf(given: Step, n: number): Delta {
  const { removed, moved, override, applied } = given;
  const overrides = override === null ? [] : [{ id: `o${n}`, flag: override[0], rule: 'r', percent: override[1] }];
  return {
    ...{ schema: 1, revision: { epoch: 1, n }, flags: [flagOf(given)], removedSegments: [] },
    removedFlags: removed === null || removed === given.key ? [] : [removed],
    segments: moved === null ? [] : [segmentOf(...moved)],
    overrides,
    overridesApplied: applied ? [`o${n - 1}`, `o${n - 2}`] : [],
  };
}

const segmentOf = (name: string, from: number) => ({
  key: name,
  number: name.length,
  when: { attribute: 'targetingKey', operator: 'in', values: ['u0', 'u1', 'u2', 'u3', 'u4', 'u5'].slice(from) } as const,
});

const start = ruleset(
  KEYS.map((name) => flag(name)),
  { segments: [segmentOf('s', 0), segmentOf('t', 3)] },
);

const MOMENT: Moment = { now: () => 0, draw: () => 0 };
const DEAF: Observer = { decided: () => undefined, audience: () => undefined, arm: () => undefined };

/** What every flag answers to some people, in both ways of asking. */
const answers = (prepared: Prepared): string => {
  const people = [0, 1, 2, 3, 4, 5].map((i) => ({ targetingKey: `u${i}` }));
  const ask = (name: string) =>
    people.map((who) => [answerOf(prepared, name, who, MOMENT, DEAF)?.value, evaluate(prepared, name, who, 0, 0)]);
  return JSON.stringify(KEYS.map(ask));
};

/** The first step after which an answer is another than that of the whole ruleset, prepared anew; -1: none. */
async function firstWrong(steps: readonly Step[], prepareNext: (swap: Swap, before: Prepared | undefined) => Prepared) {
  let swap: Swap | undefined;
  let before: Prepared | undefined;
  let overrides: readonly Override[] = [];
  const holder = createHolder({
    digest: sha256,
    loadRegex: () => Promise.reject(new Error('no pattern here')),
    swapped(next) {
      swap = next;
      overrides = activeOverrides(overrides, next.ruleset);
    },
    applied: () => undefined,
  });
  const isRight = (): boolean => {
    if (swap === undefined) return false;
    const fresh = prepare({ ...sent(swap.ruleset), overrides, overridesApplied: [] });
    const older = before && answers(before);
    const next = prepareNext(swap, before);
    const isSame = answers(next) === answers(fresh) && older === (before && answers(before));
    before = next;
    return isSame;
  };
  await holder.receive(envelope('ruleset', start));
  if (!isRight()) return 0;
  for (const [i, one] of steps.entries()) {
    await holder.receive(envelope('delta', deltaOf(one, i + 2)));
    if (!isRight()) return i;
    if (one.alone === null) continue;
    const override = { id: `alone${i}`, flag: one.alone, rule: 'r', percent: one.percent };
    overrides = [...overrides, override];
    holder.override(override);
    if (!isRight()) return i;
  }
  return -1;
}

const steps = fc.array(step, { minLength: 1, maxLength: 12 });

test('what is taken over from one ruleset into the next answers as the whole, prepared anew; and the one before as it did', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (given) => {
      expect(await firstWrong(given, ({ prepared }) => prepared)).toBe(-1);
    }),
    { seed: 8, numRuns: 400 },
  );
});

test('control: flags that changed are found where they are taken over as well', async () => {
  const takesAll = ({ ruleset: held }: { readonly ruleset: Held }, before: Prepared | undefined): Prepared =>
    prepareSource(held, {}, before && { prepared: before, changed: new Set() });
  const property = fc.asyncProperty(steps, async (given) => (await firstWrong(given, takesAll)) === -1);
  expect((await fc.check(property, { seed: 8, numRuns: 400 })).failed).toBe(true);
});
