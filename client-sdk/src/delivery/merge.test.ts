import type { Delta, Ruleset } from '@burgee/engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flag, held as hold, ruleset, sent as sentAs } from '../../test/rulesets.ts';
import type { Held } from './held.ts';
import { type Merge, mergeDelta, mergeSnapshot } from './merge.ts';
import { activeOverrides, compareRevisions } from './order.ts';

type Sent = { readonly ruleset: Ruleset } | { readonly delta: Delta };

/** A server's history: every revision as snapshot and as delta, with changes, removals and one restart into a new epoch. */
function history(length: number, restartAt: number): { readonly snapshots: Ruleset[]; readonly deltas: Delta[] } {
  let current = ruleset([flag('f0')]);
  const snapshots = [current];
  const deltas: Delta[] = [];
  for (let i = 1; i < length; i++) {
    const revision = i === restartAt ? { epoch: 2, n: 3 } : { epoch: current.revision.epoch, n: current.revision.n + 1 };
    const removed = i % 4 === 3 ? [`f${i - 1}`] : [];
    const changed = [flag(`f${i}`), flag('f0', { killed: i % 2 === 0 })];
    const kept = current.flags.filter((old) => !removed.includes(old.key) && old.key !== 'f0');
    const base = { schema: 1, revision, flags: changed, segments: [], removedFlags: removed, removedSegments: [] } as const;
    deltas.push(base);
    current = { ...current, revision, flags: [...kept, ...changed], overrides: [], overridesApplied: [] };
    snapshots.push(current);
  }
  return { snapshots, deltas };
}

const byKey = (state: Ruleset | undefined) => new Map(state?.flags.map((one) => [one.key, one]));
const heldByKey = (state: Held | undefined) => byKey(state && sentAs(state));

function run(sent: readonly Sent[], merge: (held: Held | undefined, one: Sent) => Merge) {
  let held: Held | undefined;
  let fellBack = false;
  for (const one of sent) {
    const result = merge(held, one);
    if (result.verdict !== 'take') continue;
    if (held !== undefined && compareRevisions(result.ruleset.revision, held.revision) < 0) fellBack = true;
    held = result.ruleset;
  }
  return { held, fellBack };
}

const ours = (held: Held | undefined, one: Sent): Merge =>
  'ruleset' in one ? mergeSnapshot(held, hold(one.ruleset)) : mergeDelta(held, one.delta);
/** The mistake that the test must find: whatever arrives is applied. */
const inOrderOfArrival = (held: Held | undefined, one: Sent): Merge => {
  if ('ruleset' in one) return mergeSnapshot(undefined, hold(one.ruleset));
  return mergeDelta(held && { ...held, revision: { ...one.delta.revision, n: one.delta.revision.n - 1 } }, one.delta);
};

const LENGTH = 12;
const schedule = fc.array(fc.tuple(fc.nat(LENGTH - 1), fc.boolean()), { maxLength: 60 });
const { snapshots, deltas } = history(LENGTH, 7);
const sendable = (steps: readonly (readonly [number, boolean])[]): Sent[] =>
  steps.flatMap(([i, whole]): Sent[] => {
    const [snapshot, delta] = [snapshots[i], deltas[i - 1]];
    return whole || delta === undefined ? (snapshot === undefined ? [] : [{ ruleset: snapshot }]) : [{ delta }];
  });

test('under loss, duplication and reordering the state is always one the server had, and never an older one', () => {
  fc.assert(
    fc.property(schedule, (steps) => {
      const { held, fellBack } = run(sendable(steps), ours);
      expect(fellBack).toBe(false);
      if (held === undefined) return;
      const truth = snapshots.find((one) => compareRevisions(one.revision, held.revision) === 0);
      expect(heldByKey(held)).toEqual(byKey(truth));
      // and it ends where the server is once its newest snapshot comes
      expect(heldByKey(run([...sendable(steps), ...sendable([[LENGTH - 1, true]])], ours).held)).toEqual(byKey(snapshots.at(-1)));
    }),
    { seed: 11, numRuns: 2_000 },
  );
});

test('the same schedules find a client that applies in order of arrival', () => {
  const property = fc.property(schedule, (steps) => !run(sendable(steps), inOrderOfArrival).fellBack);
  expect(fc.check(property, { seed: 11, numRuns: 2_000 }).failed).toBe(true);
});

test('asks for a snapshot on a gap or a new epoch, ignores what is not newer, refuses what is foreign', () => {
  const held = hold(ruleset([flag('a')], { revision: { epoch: 2, n: 5 } }));
  const delta = (epoch: number, n: number): Delta => ({
    schema: 1,
    revision: { epoch, n },
    flags: [],
    segments: [],
    removedFlags: [],
    removedSegments: [],
  });
  expect(mergeDelta(undefined, delta(2, 6)).verdict).toBe('resync');
  expect(mergeDelta(held, delta(2, 6)).verdict).toBe('take');
  expect(mergeDelta(held, delta(2, 7)).verdict).toBe('resync');
  expect(mergeDelta(held, delta(3, 6)).verdict).toBe('resync');
  expect(mergeDelta(held, delta(2, 5)).verdict).toBe('ignore');
  expect(mergeDelta(held, delta(1, 6)).verdict).toBe('ignore');
  expect(mergeSnapshot(held, { ...held, revision: { epoch: 2, n: 4 } }).verdict).toBe('older');
  expect(mergeSnapshot(held, { ...held, revision: { epoch: 3, n: 1 } }).verdict).toBe('take');
  expect(mergeSnapshot(held, { ...held, environment: 'development', revision: { epoch: 9, n: 9 } }).verdict).toBe('foreign');
});

test('takes overrides that come without a revision, and what it has already it does not take again', () => {
  const held = hold(ruleset([flag('a'), flag('b')]));
  const lowered = { ...held, overrides: [{ id: 'o1', flag: 'a', rule: 'r', percent: 0 }] };
  expect(mergeSnapshot(held, lowered)).toEqual({ verdict: 'take', ruleset: lowered, changed: ['a'] });
  expect(mergeSnapshot(lowered, { ...lowered }).verdict).toBe('ignore');
  expect(mergeSnapshot(held, { ...held }).verdict).toBe('ignore');
  expect(mergeSnapshot({ ...held, revision: { epoch: 1, n: 9 } }, lowered).verdict).toBe('older');
});

test('names the flags that a changed segment concerns', () => {
  const using = flag('a', {
    rules: [{ id: 'r', percent: 100, by: 'default', serve: { variant: 'on' }, segments: [{ segment: 's' }] }],
  });
  const held = hold(ruleset([using, flag('b')], { segments: [{ key: 's', number: 1, when: { all: [] } }] }));
  const moved = { ...held, revision: { epoch: 1, n: 2 }, segments: [{ key: 's', number: 1, when: { any: [] } }] };
  expect(mergeSnapshot(held, moved)).toMatchObject({ verdict: 'take', changed: ['a'] });
});

test('an override is in force until a ruleset lists it', () => {
  const known = [{ id: 'o1', flag: 'a', rule: 'r', percent: 0 }];
  expect(activeOverrides(known, ruleset([]))).toEqual(known);
  expect(activeOverrides(known, ruleset([], { overridesApplied: ['o1'] }))).toEqual([]);
  expect(activeOverrides([], ruleset([], { overrides: known }))).toEqual(known);
});
