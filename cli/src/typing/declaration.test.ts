import { runInNewContext } from 'node:vm';
import type { Flag } from '@burgee/server/api';
import { describe, expect, it } from 'vitest';
import { declarationOf, type Subject } from './declaration.ts';
import { differenceOf } from './difference.ts';

const NOW = Date.UTC(2030, 0, 31);
const DAY = 86_400_000;

type Some = Partial<Flag> & { readonly key: string };
const boolean = [
  { key: 'on', value: true },
  { key: 'off', value: false },
];
const flag = (given: Some): Flag => ({
  ...{ project: 'default', name: given.key, description: '', owner: null, tags: [], links: [], kind: 'release' },
  ...{ type: 'boolean', variants: boolean, browserAccess: 'none', lifetimeDays: null, archived: false, createdAt: NOW },
  ...given,
});
const json = (key: string, ...values: unknown[]): Flag =>
  flag({ key, type: 'json', variants: values.map((value, i) => ({ key: `v${i}`, value }) as Flag['variants'][number]) });
const about = (flags: readonly Flag[], attributes: Subject['attributes'] = []): Subject => ({
  ...{ project: 'default', environment: 'production' },
  ...{ flags, attributes },
});
const READERS = { sdk: true, openfeature: false, now: NOW };
const written = (subject: Subject, readers = {}) => declarationOf(subject, { ...READERS, ...readers });
/** What is said of the only flag. */
const said = (one: Flag) => /interface Flags \{\n([\s\S]*?) {2}\}\n/.exec(written(about([one])))?.[1] ?? '';

describe('the declaration file', () => {
  it('says keys, values, variants, descriptions and attributes', () => {
    const flags = [
      flag({ key: 'new-checkout', name: 'New checkout', description: 'Two pages less.\n\nAsk Ada.' }),
      flag({
        ...{ key: 'color', type: 'string' },
        variants: [
          { key: 'b', value: 'red' },
          { key: 'a', value: "it's" },
          { key: 'c', value: 'red' },
        ],
      }),
      flag({ key: 'limit', type: 'number', variants: [{ key: 'low', value: 1.5 }], name: 'Limit' }),
    ];
    const attributes: Subject['attributes'] = [
      { name: 'targetingKey', types: ['string'] },
      { name: 'since', types: ['date'] },
      { name: 'met-only', types: [] },
      { name: 'id', types: ['string', 'number'] },
    ];
    expect(written(about(flags, attributes), { openfeature: true })).toBe(`/* eslint-disable */
// Written by \`burgee types\`: project 'default', environment 'production'. Do not edit it, write it again.
export {};

// prettier-ignore
// biome-ignore format: generated
declare module '@burgee/client-sdk/flags' {
  interface Flags {
    'color': { type: 'string'; value: 'it\\'s' | 'red'; variant: 'a' | 'b' | 'c' };
    /**
     * Limit
     * Values: low 1.5.
     */
    'limit': { type: 'number'; value: number; variant: 'low' };
    /**
     * New checkout
     * Two pages less.
     *
     * Ask Ada.
     */
    'new-checkout': { type: 'boolean'; value: boolean; variant: 'off' | 'on' };
  }

  interface Attributes {
    'id'?: Attribute<string | number>;
    'met-only'?: unknown;
    'since'?: Attribute<Date | number | string>;
  }
}

// prettier-ignore
// biome-ignore format: generated
declare module '@openfeature/core' {
  export type BooleanFlagKey =
    | 'new-checkout';
  export type StringFlagKey =
    | 'color';
  export type NumberFlagKey =
    | 'limit';
  export type ObjectFlagKey = never;
}
`);
  });

  it('is the same whatever the order of what it is made of', () => {
    const flags = ['b', 'a', 'B', 'c'].map((key) => flag({ key, variants: [...boolean].reverse() }));
    const attributes: Subject['attributes'] = [
      { name: 'y', types: [] },
      { name: 'x', types: ['string'] },
    ];
    const turned = [...flags].reverse().map((one) => ({ ...one, variants: boolean }));
    expect(written(about(turned, [...attributes].reverse()))).toBe(written(about(flags, attributes)));
  });

  it('lets no key be right where there is no flag', () => {
    expect(written(about([]))).toContain("'': { type: 'boolean'; value: never; variant: never };");
    expect(written(about([]), { openfeature: true })).toContain('BooleanFlagKey = never;');
  });

  it.each([
    ['long before its end', -15, null],
    ['two weeks before', -14, '@deprecated Expected to be gone by 2030-01-31.'],
    ['after', 0, '@deprecated Expected to be gone since 2030-01-31: take it out of the code, then archive it.'],
  ])('marks a flag %s', (_, days, mark) => {
    const text = said(flag({ key: 'a', lifetimeDays: 40, createdAt: NOW - 40 * DAY }));
    const then = declarationOf(about([flag({ key: 'a', lifetimeDays: 40, createdAt: NOW - 40 * DAY })]), {
      ...READERS,
      now: NOW + days * DAY,
    });
    expect(text).toContain('@deprecated');
    if (mark === null) expect(then).not.toContain('@deprecated');
    else expect(then).toContain(`    /** ${mark} */\n    'a'`);
  });

  it('lets no description end its comment, begin a tag or hide anything', () => {
    const text = said(flag({ key: 'a', description: 'x */ evil(); /*\n@deprecated no\na @b c@d\u202e\u0007 \u2028@z' }));
    expect(text.match(/\*\//g)).toHaveLength(1);
    expect(text.match(/(^|[\s*])@\S/g)).toBeNull();
    expect(text).toContain('c@d');
    expect([...'\u202e\u0007\u2028'].filter((hidden) => text.includes(hidden))).toEqual([]);
    expect(said(flag({ key: 'a', description: 'y'.repeat(5_000) })).length).toBeLessThan(2_200);
    expect(said(flag({ key: 'a', name: 'a', description: ' \n ' }))).not.toContain('/*');
  });

  it.each([
    ["it's", "'it\\'s'"],
    ['say "hi"', `'say "hi"'`],
    ['back\\slash\\"', `'back\\\\slash\\\\"'`],
    ['héllo 名前 🚩', "'héllo 名前 🚩'"],
    ['a\u202eb\u200b', "'a\\u202eb\\u200b'"],
    ['*/ // {}', "'*/ // {}'"],
    ['__proto__', "'__proto__'"],
  ])('writes the key %s', (key, expected) => {
    expect(said(flag({ key }))).toBe(`    ${expected}: { type: 'boolean'; value: boolean; variant: 'off' | 'on' };\n`);
    expect(runInNewContext(expected)).toBe(key);
  });

  it.each<[string, unknown[], string]>([
    ['one object', [{ max: 1, 'two words': 'x' }], "{ readonly 'max': number; readonly 'two words': string }"],
    ['what some lack', [{ a: 1, b: null }, { a: 2 }], "{ readonly 'a': number; readonly 'b'?: null }"],
    ['differences', [1, 'x', true, null], 'boolean | null | number | string'],
    ['lists', [[1, 'a'], []], 'readonly (number | string)[]'],
    ['lists of lists', [[[1]]], 'readonly (readonly number[])[]'],
    ['lists of objects', [[{ a: 1 }, { b: 1 }]], "readonly { readonly 'a'?: number; readonly 'b'?: number }[]"],
    ['empty ones', [[], {}], 'readonly unknown[] | { readonly [key: string]: unknown }'],
    ['an object in an object', [{ a: { b: [] } }], "{ readonly 'a': { readonly 'b': readonly unknown[] } }"],
    ['a prototype', [JSON.parse('{"__proto__": 1}')], "{ readonly '__proto__': number }"],
    [
      'a dictionary',
      [Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, i]))],
      '{ readonly [key: string]: number }',
    ],
  ])('types json values: %s', (_, values, type) => {
    expect(said(json('a', ...values))).toContain(`value: ${type}; variant: `);
  });

  it('types a value that nests without end', () => {
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    expect(said(json('a', deep))).toContain('readonly (readonly unknown[])[]');
  });
});

describe('the difference of two files', () => {
  const before = written(about([flag({ key: 'a' }), flag({ key: 'b' })], [{ name: 'x', types: ['string'] }]));
  const none = { added: [], removed: [], changed: [] };

  it('is none of itself, and none in types where descriptions or unused attributes differ', () => {
    expect(differenceOf(before, before)).toEqual({ ...none, inTypes: false, inText: false });
    expect(differenceOf(before.replaceAll('\n', '\r\n'), before)).toEqual({ ...none, inTypes: false, inText: false });
    const flags = [flag({ key: 'a', description: 'New.' }), flag({ key: 'b', lifetimeDays: 1, createdAt: 0 })];
    const attributes: Subject['attributes'] = [
      { name: 'x', types: ['string'] },
      { name: "it's", types: [] },
    ];
    expect(differenceOf(before, written(about(flags, attributes)))).toEqual({ ...none, inTypes: false, inText: true });
  });

  it('is what came, went and changed', () => {
    const flags = [json('a', 1), flag({ key: "it's" })];
    const after = written(about(flags, [{ name: 'x', types: ['number'] }]));
    expect(differenceOf(before, after)).toEqual({
      added: ["'it\\'s'"],
      removed: ["'b'"],
      changed: ["'a'", "attribute 'x'"],
      inTypes: true,
      inText: true,
    });
    const only = (key: string) => written(about([flag({ key })]), { sdk: false, openfeature: true });
    expect(differenceOf(only('a'), only('b'))).toMatchObject({ added: ["'b'"], removed: ["'a'"], changed: [] });
  });

  it('is in types where a person changed the file', () => {
    expect(differenceOf(before.replace('interface Attributes', 'interface Others'), before).inTypes).toBe(true);
    expect(differenceOf('', before)).toMatchObject({ added: ["'a'", "'b'", "attribute 'x'"], inTypes: true });
  });
});
