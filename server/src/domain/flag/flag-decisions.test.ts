import { describe, expect, it } from 'vitest';
import type { Write } from '../ports.ts';
import type { Flag } from './flag.ts';
import { createFlag, deleteFlag, editFlag, type FlagSubject, MOST_FLAGS, type NewFlag } from './flag-decisions.ts';
import { BY, environmentOf, flagOf, refusalOf, rolloutOf, ruleOf, stateOf } from './testing-state.ts';

const environments = [environmentOf('development', 0), environmentOf('production', 1)];
const everywhere = [
  { project: 'shop', environment: 'development' },
  { project: 'shop', environment: 'production' },
];
const project = { version: 2, entity: { key: 'shop', name: 'Shop', createdAt: 0, nextSegment: 1 } };
const make = (command: NewFlag, flags: readonly Flag[] = [], ownerExists = true) =>
  createFlag({ project, environments, flags, ownerExists }, command, BY);
const subjectOf = (flag: Flag, more: Partial<FlagSubject> = {}): FlagSubject => ({
  flag: { version: 5, entity: flag },
  environments,
  flags: [flag],
  states: [{ version: 1, entity: stateOf(flag) }],
  rollouts: [],
  ownerExists: true,
  ...more,
});
const texts = (...values: unknown[]) => values.map((value, index) => ({ key: `v${index}`, value: value as string }));

describe('a new flag', () => {
  it('is off in every environment', () => {
    const { change, result } = make({ key: 'checkout' });
    expect(result).toEqual({ version: 1, entity: flagOf({ name: 'checkout', createdAt: BY.at }) });
    expect(change?.environments).toEqual(everywhere);
    const states = change?.writes.flatMap((write) => ('put' in write && write.put === 'state' ? [write.entity] : []));
    expect(states).toMatchObject([
      { environment: 'development', enabled: false, killed: null, rules: [], defaultVariant: 'off', offVariant: 'off' },
      { environment: 'production', enabled: false, killed: null, rules: [], defaultVariant: 'off', offVariant: 'off' },
    ]);
  });

  it('of another type serves its first variant', () => {
    const { change } = make({ key: 'colour', type: 'string', variants: texts('red', 'blue') });
    const state = change?.writes.find((write) => 'put' in write && write.put === 'state');
    expect(state).toMatchObject({ entity: { defaultVariant: 'v0', offVariant: 'v0' } });
  });

  const wrong: [string, NewFlag, string[]][] = [
    ['no key', { key: '' }, ['key']],
    ['capitals', { key: 'Checkout' }, ['key']],
    ['a slash', { key: 'a/b' }, ['key']],
    ['101 characters', { key: 'a'.repeat(101) }, ['key']],
    ['a name of blanks', { key: 'a', name: '  ' }, ['name']],
    ['tags twice', { key: 'a', tags: ['x', 'y', 'x'] }, ['tags[2]']],
    ['a link that runs', { key: 'a', links: [{ title: 'x', url: 'javascript:alert(1)' }] }, ['links[0].url']],
    ['no days', { key: 'a', lifetimeDays: 0 }, ['lifetimeDays']],
    ['half a day', { key: 'a', lifetimeDays: 1.5 }, ['lifetimeDays']],
    ['no variants', { key: 'a', type: 'string' }, ['variants']],
    ['an empty list of variants', { key: 'a', type: 'json', variants: [] }, ['variants']],
    ['variants twice', { key: 'a', type: 'number', variants: [...texts(1), ...texts(2)] }, ['variants[1].key']],
    ['a number that is text', { key: 'a', type: 'number', variants: texts('1') }, ['variants[0].value']],
    ['a number without end', { key: 'a', type: 'number', variants: texts(Number.POSITIVE_INFINITY) }, ['variants[0].value']],
    ['text that is a number', { key: 'a', type: 'string', variants: texts(1) }, ['variants[0].value']],
    [
      '4 KiB and a byte',
      { key: 'a', type: 'string', variants: texts('ä'.repeat(2_048), `${'ä'.repeat(2_048)}a`) },
      ['variants[1].value'],
    ],
    [
      '64 KiB and a byte',
      { key: 'a', type: 'json', variants: texts(['x'.repeat(65_532)], ['x'.repeat(65_533)]) },
      ['variants[1].value'],
    ],
    ['half a character', { key: 'a', type: 'json', variants: texts({ a: '\\\ud800' }, { a: '\\u0000' }) }, ['variants[0].value']],
    ['a boolean with a third', { key: 'a', variants: [...flagOf().variants, { key: 'maybe', value: true }] }, ['variants']],
    [
      'a boolean the wrong way',
      {
        key: 'a',
        variants: [
          { key: 'on', value: false },
          { key: 'off', value: true },
        ],
      },
      ['variants'],
    ],
    [
      'all at once',
      { key: 'A', name: '', type: 'number', variants: texts('x', 1, null) },
      ['key', 'name', 'variants[0].value', 'variants[2].value'],
    ],
  ];
  it.each(wrong)('is refused: %s', (_, command, fields) => {
    expect(refusalOf(() => make(command))).toMatchObject({ code: 'invalid', fields });
  });

  it('needs a known owner, a free key and room', () => {
    expect(refusalOf(() => make({ key: 'a', owner: 'ghost' }, [], false)).fields).toEqual(['owner']);
    expect(refusalOf(() => make({ key: 'checkout' }, [flagOf({ archived: true })])).code).toBe('exists');
    const many = Array.from({ length: MOST_FLAGS }, (_, index) => flagOf({ key: `f${index}` }));
    expect(refusalOf(() => make({ key: 'one-more' }, many)).code).toBe('invalid');
    expect(refusalOf(() => make({ key: 'one-more' }, [...many.slice(1), flagOf({ key: 'f0', archived: true })])).code).toBe(
      'accepted',
    );
  });
});

describe('an edit', () => {
  it.each([
    { name: 'New' },
    { description: 'x' },
    { tags: ['a'] },
    { owner: 'u2' },
    { links: [] as Flag['links'], kind: 'experiment' as const },
  ])('that only describes moves no environment: %o', (edit) => {
    expect(editFlag(subjectOf(flagOf()), edit, BY).change?.environments).toEqual([]);
  });

  it.each([{ browserAccess: 'values' as const }, { archived: true }])('of what is served moves them all: %o', (edit) => {
    expect(editFlag(subjectOf(flagOf()), edit, BY).change?.environments).toEqual(everywhere);
  });

  it('without a difference is none', () => {
    expect(editFlag(subjectOf(flagOf()), { name: 'Checkout', variants: [...flagOf().variants] }, BY).change).toBeNull();
  });

  const colours = flagOf({ key: 'colour', type: 'string', variants: texts('r', 'g', 'b') });
  const serving = stateOf(colours, { rules: [ruleOf({ serve: { split: { weights: [{ variant: 'v1', weight: 1_000 }] } } })] });
  const wanting = stateOf(flagOf({ key: 'menu' }), { prerequisites: [{ flag: 'colour', variants: ['v2'] }] });

  it('may not take a variant away that is in use', () => {
    const subject = subjectOf(colours, { states: [serving, wanting].map((entity) => ({ version: 1, entity })) });
    const without = (key: string) => colours.variants.filter((variant) => variant.key !== key);
    for (const [key, flag] of [
      ['v0', 'colour'],
      ['v1', 'colour'],
      ['v2', 'menu'],
    ] as const) {
      const { code, details } = refusalOf(() => editFlag(subject, { variants: without(key) }, BY));
      expect([code, details.by]).toEqual(['in_use', [{ environment: 'production', flag }]]);
    }
    const free = subjectOf(colours, { states: [{ version: 1, entity: stateOf(colours) }] });
    const { change } = editFlag(free, { variants: without('v2') }, BY);
    expect(change?.writes.map((write) => ('put' in write ? write.put : ''))).toEqual(['flag', 'environment', 'environment']);
  });

  it('archives what nobody needs, and ends its rollouts', () => {
    const needed = subjectOf(colours, { states: [{ version: 1, entity: wanting }], flags: [colours, flagOf({ key: 'menu' })] });
    expect(refusalOf(() => editFlag(needed, { archived: true }, BY))).toMatchObject({
      code: 'in_use',
      details: { by: [{ environment: 'production', flag: 'menu' }] },
    });
    const alone = { ...needed, flags: [colours, flagOf({ key: 'menu', archived: true })], rollouts: [rolloutOf('a', 'holding')] };
    const { change, result } = editFlag(alone, { archived: true }, BY);
    expect(result.entity.archived).toBe(true);
    expect(change?.audit[0]?.action).toBe('flag.archived');
    expect(change?.writes.at(-1)).toMatchObject({ put: 'rollout', entity: { state: 'aborted', reason: { code: 'archived' } } });
  });

  it('unarchives only after what the flag needs', () => {
    const menu = flagOf({ key: 'menu', archived: true });
    const subject = (archived: boolean) =>
      subjectOf(menu, { states: [{ version: 1, entity: wanting }], flags: [menu, { ...colours, archived }] });
    expect(refusalOf(() => editFlag(subject(true), { archived: false }, BY)).fields).toEqual(['archived']);
    expect(editFlag(subject(false), { archived: false }, BY).result.entity.archived).toBe(false);
  });
});

it('archives against the states that it saw, so that no rollout starts unseen', () => {
  const { change } = editFlag(subjectOf(flagOf()), { archived: true }, BY);
  expect(change?.writes).toContainEqual({ put: 'state', entity: stateOf(flagOf()), basedOn: 1 });
});

describe('a deletion', () => {
  it('takes the states along', () => {
    const archived = flagOf({ archived: true });
    const removed = (writes: readonly Write[]) => writes.flatMap((write) => ('remove' in write ? [write.remove] : []));
    const change = deleteFlag(subjectOf(archived), BY);
    expect(removed(change.writes)).toEqual(['flag', 'state']);
    expect(change.environments).toEqual(everywhere);
  });

  it('is refused before archiving, and while something depends on the flag', () => {
    expect(refusalOf(() => deleteFlag(subjectOf(flagOf()), BY)).code).toBe('in_use');
    const wanting = stateOf(flagOf({ key: 'menu' }), { prerequisites: [{ flag: 'checkout', variants: ['on'] }] });
    const subject = subjectOf(flagOf({ archived: true }), { states: [{ version: 1, entity: wanting }] });
    expect(refusalOf(() => deleteFlag(subject, BY)).details.by).toEqual([{ environment: 'production', flag: 'menu' }]);
  });
});
