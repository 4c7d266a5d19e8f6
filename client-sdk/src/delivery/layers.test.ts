import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLayers, type Layers } from './layers.ts';

const key = fc.integer({ min: 0, max: 30 }).map(String);
/** Keys that go, and keys that come or change; more than fit above one map. */
const changes = fc.array(fc.tuple(fc.array(key, { maxLength: 4 }), fc.array(key, { maxLength: 4 })), { maxLength: 60 });

type Change = (map: Layers<string>, removed: readonly string[], fresh: ReadonlyMap<string, string>) => Layers<string>;

/** What came of all changes, beside a map on which they were made. */
function run(steps: readonly (readonly [readonly string[], readonly string[]])[], change: Change) {
  const map = new Map([...'0123456789'].map((one) => [one, 'start']));
  let layers = createLayers<string>(new Map(map));
  const versions: { readonly layers: Layers<string>; readonly wanted: readonly (readonly [string, string])[] }[] = [];
  steps.forEach(([removed, keys], step) => {
    const fresh = new Map(keys.map((one) => [one, `${one} of ${step}`]));
    const gone = removed.filter((one) => !fresh.has(one));
    for (const one of gone) map.delete(one);
    for (const [one, value] of fresh) map.set(one, value);
    layers = change(layers, gone, fresh);
    versions.push({ layers, wanted: [...map] });
  });
  return versions;
}

const isRight = ({ layers, wanted }: ReturnType<typeof run>[number]): boolean => {
  const known = new Map(wanted);
  const all = Array.from({ length: 32 }, (_, i) => String(i));
  return (
    JSON.stringify([...layers.entries()]) === JSON.stringify(wanted) && all.every((one) => layers.get(one) === known.get(one))
  );
};

test('it is, and each version of it stays, what a map would be on which the changes were made', () => {
  fc.assert(
    fc.property(changes, (steps) => {
      expect(run(steps, (layers, removed, fresh) => layers.changed(removed, fresh)).every(isRight)).toBe(true);
    }),
    { seed: 3, numRuns: 500 },
  );
});

test('control: changes of which what is removed stays are found', () => {
  const property = fc.property(changes, (steps) => run(steps, (layers, _, fresh) => layers.changed([], fresh)).every(isRight));
  expect(fc.check(property, { seed: 3, numRuns: 500 }).failed).toBe(true);
});
