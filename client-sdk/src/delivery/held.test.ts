import { checkEnvelope, type Delta, indexed, type JsonValue, type Rule, type Ruleset, type RulesetFlag } from '@burgee/engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flag, ramped, ruleset, sent } from '../../test/rulesets.ts';
import { type Held, type HeldFlags, holdRuleset, holdText } from './held.ts';
import { patched } from './order.ts';
import { CUT, sliceFlags } from './slices.ts';

/** How a text was read before it was taken apart. */
function readWhole(text: string): Ruleset {
  const value: unknown = JSON.parse(text);
  checkEnvelope(value);
  indexed('flags', value.flags);
  return value;
}

const outcome = (read: () => Ruleset): string => {
  try {
    const { flags, ...rest } = read();
    return JSON.stringify({ ...rest, flags });
  } catch (error) {
    return error instanceof TypeError ? error.message : 'no JSON';
  }
};

const name = fc.oneof(
  fc.constantFrom('s1', 's2', 'tall "s"', 'é', '日', '__proto__', '\\', 'flags', '"flags":[', '}', '\ud800'),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
const rule = fc.record({
  id: name,
  percent: fc.constantFrom(0, 12.5, 100),
  by: fc.constantFrom('default', 'userId'),
  serve: fc.constant({ variant: 'on' }),
  segments: fc.array(
    name.map((segment) => ({ segment })),
    { maxLength: 2 },
  ),
  when: fc.constantFrom({ all: [] }, { any: [{ attribute: 'a', operator: 'matches', values: ['x'] }] } as const),
});
const anyFlag = fc
  .tuple(name, fc.array(rule, { maxLength: 3 }), fc.jsonValue(), fc.boolean())
  .map(([key, rules, value, isRamped]): RulesetFlag => {
    if (isRamped) return ramped(key, 10, {});
    // -0 alone is written as something else than it is
    const json = JSON.parse(JSON.stringify(value)) as JsonValue;
    return flag(key, { type: 'json', variants: [{ key: 'on', value: json }], rules: rules as readonly Rule[] });
  });
const anyRuleset = fc
  .tuple(
    fc.uniqueArray(anyFlag, { maxLength: 6, selector: ({ key }) => key }),
    fc.uniqueArray(name, { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([flags, segments, isLast]) => {
    const { flags: _, ...rest } = ruleset([], {
      segments: segments.map((key, number) => ({ key, number, when: { all: [] } })),
    });
    return isLast ? { ...rest, flags } : ruleset(flags, rest);
  });

const tell = ({ flags, ...rest }: Held) => ({
  ...rest,
  keys: [...flags.keys()],
  flags: [...flags.keys()].map((key) => [flags.has(key), flags.get(key), JSON.parse(flags.text(key))]),
  ramps: [...flags.ramps()].sort((a, b) => (a.ramp.rollout < b.ramp.rollout ? -1 : 1)),
  needsRegex: flags.needsRegex,
  using: ['s1', 'tall "s"', '日', '\\'].map((segment) => flags.using(new Set([segment, 'elsewhere']))),
});

test('held as text it says what it says as objects, before and after a delta', () => {
  fc.assert(
    fc.property(
      anyRuleset,
      fc.uniqueArray(anyFlag, { maxLength: 3, selector: ({ key }) => key }),
      fc.nat(),
      (given, flags, n) => {
        const before = holdText(JSON.stringify(given));
        const told = tell(before);
        expect(told).toEqual(tell(holdRuleset(given)));
        const fresh = new Set(flags.map(({ key }) => key));
        const removedFlags = given.flags.flatMap(({ key }, i) => ((n >> i) & 1 && !fresh.has(key) ? [key] : []));
        const delta: Delta = { schema: 1, revision: given.revision, flags, segments: [], removedFlags, removedSegments: [] };
        const after = before.flags.patched(delta);
        const whole = holdRuleset(patched(given, delta));
        const { needsRegex, ...rest } = tell({ ...whole, flags: after });
        expect(tell(whole)).toMatchObject(rest);
        expect(needsRegex).toBe(told.needsRegex || whole.flags.needsRegex);
        expect(tell(before)).toEqual(told);
        const textOf = (held: HeldFlags, key: string) => JSON.stringify(held.get(key));
        const keys = [...new Set([...before.flags.keys(), ...after.keys()])];
        const differing = keys.filter((key) => textOf(before.flags, key) !== textOf(after, key));
        expect([...after.differing(before.flags)].sort()).toEqual(differing.sort());
      },
    ),
    { seed: 5, numRuns: 500 },
  );
});

test('what a delta both removes and brings, it brings', () => {
  const { flags } = holdText(JSON.stringify(ruleset([ramped('a', 10, {})])));
  const after = flags.patched({ flags: [flag('a')], removedFlags: ['a'] });
  expect([after.get('a'), after.ramps()]).toEqual([flag('a'), []]);
});

test('finds a segment however its name is written', () => {
  const using = ramped('a', 10);
  const rules = using.rules.map((rule) => ({ ...rule, segments: [{ segment: 's1' }] }));
  const text = JSON.stringify(ruleset([{ ...using, rules }, flag('b')])).replace('"s1"', '"\\u0073\\u0031"');
  expect(holdText(text).flags.using(new Set(['s1']))).toEqual(['a']);
});

/** A place, and what is put there instead of so many characters. */
const damage = fc.tuple(fc.nat(), fc.constantFrom('{', '}', '[', ']', ',', '"', ':', '\\', ' ', '0', 'a', ''), fc.nat(2));
const damaged = (text: string, damages: readonly (readonly [number, string, number])[]): string =>
  damages.reduce((so, [at, put, cut]) => {
    const place = at % so.length;
    return so.slice(0, place) + put + so.slice(place + cut);
  }, text);
const damagedText = fc
  .tuple(anyRuleset, fc.array(damage, { minLength: 1, maxLength: 2 }))
  .map(([given, damages]) => damaged(JSON.stringify(given), damages));

test('a damaged text is refused for the same reason as when it is parsed as a whole, or says the same', () => {
  fc.assert(
    fc.property(damagedText, (text) => {
      expect(outcome(() => sent(holdText(text)))).toBe(outcome(() => readWhole(text)));
    }),
    { seed: 6, numRuns: 5_000 },
  );
});

test('control: the same damages get past a reader that does not parse each flag', () => {
  const parsesTheRest = (text: string): string =>
    outcome(() => {
      const slices = sliceFlags(text, 0, text.length);
      if (slices === undefined) return readWhole(text);
      const { flags, ...rest } = JSON.parse(slices.rest) as Ruleset;
      expect(flags).toBe(CUT);
      return { ...rest, flags: [] };
    });
  const isRefused = (said: string): boolean => !said.startsWith('{');
  const property = fc.property(
    damagedText,
    (text) => isRefused(parsesTheRest(text)) === isRefused(outcome(() => readWhole(text))),
  );
  expect(fc.check(property, { seed: 6, numRuns: 5_000 }).failed).toBe(true);
});

test('a text that is written in another way is held as well', () => {
  const given = ruleset([flag('a'), flag('b')], { segments: [{ key: 's', number: 1, when: { all: [] } }] });
  const pretty = JSON.stringify(given, null, 2);
  expect(sliceFlags(pretty, 0, pretty.length)).toBeUndefined();
  expect(sent(holdText(pretty))).toEqual(given);
  expect(holdText(pretty).flags.differing(holdText(JSON.stringify(given)).flags)).toEqual(new Set());
  const twice = `{"flags":[{"key":"x"}],${JSON.stringify(given).slice(1)}`;
  expect(sent(holdText(twice))).toEqual(given);
});

test('refuses what it names', () => {
  const text = JSON.stringify(ruleset([flag('a'), flag('b')]));
  expect(() => holdText(text.replace('"key":"b"', '"key":"a"'))).toThrow('ruleset.flags has the key a twice');
  expect(() => holdText(text.replace('"key":"b"', '"key":1'))).toThrow('ruleset.flags[1] must be an object with a text as key');
  expect(() => holdText(text.replace('"schema":1', '"schema":2'))).toThrow('ruleset.schema must be 1, got 2');
});

test('asked for a flag, it gives one that nobody else has, and keeps none', () => {
  const { flags } = holdText(JSON.stringify(ruleset([flag('a')])));
  expect(flags.get('a')).toEqual(flag('a'));
  expect(flags.get('a')).not.toBe(flags.get('a'));
  expect(flags.get('toString')).toBeUndefined();
});
