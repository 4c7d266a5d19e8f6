import { describe, expect, it } from 'vitest';
import { BurgeeError } from '../errors.ts';
import type { Change, Stored } from '../ports.ts';
import { type Asked, DISCOVERED_KEPT, type DiscoveredFlag, MOST_DISCOVERED } from './discovered.ts';
import { createDiscovered, discover, dismissDiscovered, listDiscovered } from './discovered-decisions.ts';
import { BY, environmentOf } from './testing-state.ts';

const DAY = 86_400_000;
const AT = 100 * DAY;
const PLACE = { project: 'shop', environment: 'production' };
const askedFor = (flag: string, more: Partial<Asked> = {}): Asked => ({
  ...{ flag, type: 'boolean', fallback: 'false', apps: ['shop'], count: 1 },
  ...more,
});
const known = (flag: string, more: Partial<DiscoveredFlag> = {}): Stored<DiscoveredFlag> => ({
  version: 3,
  entity: {
    ...{ ...PLACE, ...askedFor(flag), firstSeenAt: AT - DAY, lastSeenAt: AT - DAY, dismissedAt: null },
    ...more,
  },
});
const run = (asked: readonly Asked[], before: readonly Stored<DiscoveredFlag>[] = [], flags: readonly string[] = []) =>
  discover({ ...PLACE, known: before, flags: new Set(flags) }, asked, AT);
const puts = (change: Change | null): DiscoveredFlag[] =>
  change?.writes.flatMap((write) => ('put' in write && write.put === 'discovered' ? [write.entity] : [])) ?? [];
const removals = (change: Change | null): string[] =>
  change?.writes.flatMap((write) => ('remove' in write && write.remove === 'discovered' ? [write.key.flag] : [])) ?? [];
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof BurgeeError ? `${error.code}: ${error.message}` : String(error);
  }
  return 'none';
};

describe('what applications ask for', () => {
  it('is written down with its type, default and who asked; no revision moves and nothing is history', () => {
    const change = run([askedFor('new-nav', { type: 'string', fallback: '"old"', count: 4 })]);
    expect(puts(change)).toEqual([
      {
        ...{ ...PLACE, flag: 'new-nav', type: 'string', fallback: '"old"', apps: ['shop'], count: 4 },
        ...{ firstSeenAt: AT, lastSeenAt: AT, dismissedAt: null },
      },
    ]);
    expect(change).toMatchObject({ environments: [], audit: [] });
  });

  it('adds up, keeps when it was first seen, and follows the code', () => {
    const before = known('a', { count: 5, apps: ['old'] });
    const change = run([askedFor('a', { type: 'number', fallback: '7', apps: ['shop'], count: 2 })], [before]);
    expect(puts(change)).toEqual([
      { ...before.entity, type: 'number', fallback: '7', apps: ['shop', 'old'], count: 7, lastSeenAt: AT },
    ]);
    expect(change?.writes[0]).toMatchObject({ basedOn: 3 });
  });

  it('is nothing where nothing new was asked for', () => {
    expect(run([], [known('a')])).toBeNull();
    expect(run([askedFor('a')], [], ['a'])).toBeNull();
  });

  it.each([
    ['a control character', askedFor('a\nb')],
    ['a lone surrogate', askedFor('\ud800')],
    ['too long', askedFor('x'.repeat(101))],
    ['blank', askedFor(' ')],
  ])('is left out where no database could keep the name: %s', (_, one) => {
    expect(run([one])).toBeNull();
  });

  it.each([
    ['of another type', askedFor('a', { type: 'number', fallback: '"7"' })],
    ['no JSON', askedFor('a', { fallback: 'fals' })],
    ['missing', askedFor('a', { fallback: null })],
  ])('has no default where the one that was sent is %s', (_, one) => {
    expect(puts(run([one]))[0]?.fallback).toBeNull();
  });

  it('goes when it is a flag by now, and 30 days after it was last asked for', () => {
    const old = known('old', { lastSeenAt: AT - DISCOVERED_KEPT - 1 });
    const edge = known('edge', { lastSeenAt: AT - DISCOVERED_KEPT });
    expect(removals(run([], [known('made'), old, edge], ['made'])).sort()).toEqual(['made', 'old']);
  });

  it('is bounded: names that code makes up drive out each other and not what is asked for all the time', () => {
    const real = known('real', { lastSeenAt: AT - 1_000 });
    const madeUp = Array.from({ length: MOST_DISCOVERED - 1 }, (_, i) => known(`made-up-${i}`, { lastSeenAt: AT - 10_000 - i }));
    const fresh = Array.from({ length: 100 }, (_, i) => askedFor(`fresh-${i}`));
    const change = run(fresh, [real, ...madeUp]);
    const gone = removals(change);
    expect(puts(change)).toHaveLength(100);
    expect(gone).toHaveLength(100);
    expect(gone).not.toContain('real');
    expect(gone).toContain(`made-up-${MOST_DISCOVERED - 2}`);
  });
});

describe('the list', () => {
  it('has each key once, with the places where it is asked for, and leaves out what is over', () => {
    const all = [
      known('b').entity,
      known('a', { count: 2 }).entity,
      known('a', { environment: 'development', count: 3, firstSeenAt: 1, lastSeenAt: AT, type: 'string', fallback: '"x"' })
        .entity,
      known('made').entity,
      known('old', { lastSeenAt: AT - DISCOVERED_KEPT - 1 }).entity,
      known('dismissed', { dismissedAt: AT }).entity,
      known('dismissed', { environment: 'development' }).entity,
    ];
    const rows = listDiscovered(all, new Set(['made']), AT);
    expect(rows.map((row) => row.flag)).toEqual(['a', 'b']);
    expect(rows[0]).toMatchObject({ type: 'string', fallback: '"x"', count: 5, firstSeenAt: 1, lastSeenAt: AT });
    expect(rows[0]?.places.map((place) => [place.environment, place.count])).toEqual([
      ['development', 3],
      ['production', 2],
    ]);
  });
});

describe('dismissing', () => {
  it('hides it everywhere, once, and is audited', () => {
    const both = [known('a'), known('a', { environment: 'development' })];
    const { change } = dismissDiscovered('shop', { flag: 'a', reason: 'typo' }, both, BY);
    expect(puts(change).map(({ dismissedAt }) => dismissedAt)).toEqual([BY.at, BY.at]);
    expect(change?.audit).toMatchObject([
      {
        ...{ action: 'discovered.dismissed', object: 'discovered/a', reason: 'typo', actor: BY.actor },
        summary: 'Discovered flag a dismissed; it is asked for in development, production.',
      },
    ]);
    const again = both.map(({ entity, version }) => ({ version, entity: { ...entity, dismissedAt: 1 } }));
    expect(dismissDiscovered('shop', { flag: 'a', reason: undefined }, again, BY).change).toBeNull();
  });

  it('stays when it is asked for again', () => {
    expect(puts(run([askedFor('a')], [known('a', { dismissedAt: 7 })]))[0]?.dismissedAt).toBe(7);
  });

  it('refuses what nobody asked for', () => {
    expect(refusal(() => dismissDiscovered('shop', { flag: 'a', reason: undefined }, [], BY))).toMatch(
      /^not_found: no application/,
    );
  });
});

describe('a flag made of one', () => {
  const subject = {
    project: { version: 2, entity: { key: 'shop', name: 'Shop', createdAt: 0, nextSegment: 1 } },
    environments: [environmentOf('development', 0), environmentOf('production', 1)],
    flags: [],
    ownerExists: true,
  };
  const make = (one: Partial<DiscoveredFlag>, more: object = {}) =>
    createDiscovered(
      subject,
      { key: 'a', ...more },
      [known('a', { lastSeenAt: 1, type: 'json', fallback: '{}' }), known('a', one)],
      BY,
    );

  it.each<[Partial<DiscoveredFlag>, unknown]>([
    [
      { type: 'boolean', fallback: 'true' },
      [
        ['on', true],
        ['off', false],
      ],
    ],
    [{ type: 'string', fallback: '"light"' }, [['default', 'light']]],
    [{ type: 'number', fallback: '20' }, [['default', 20]]],
    [{ type: 'json', fallback: '{"columns":3}' }, [['default', { columns: 3 }]]],
  ])('has the type and default of the code that asked last: %j', (one, variants) => {
    const { result, change } = make(one);
    expect(result.entity.type).toBe(one.type);
    expect(result.entity.variants.map(({ key, value }) => [key, value])).toEqual(variants);
    expect(change?.audit[0]?.action).toBe('flag.created');
    expect(removals(change)).toEqual(['a', 'a']);
  });

  it('takes other variants and a description', () => {
    const variants = [{ key: 'blue', value: 'blue' }];
    expect(make({ type: 'string', fallback: null }, { variants, name: 'Nav' }).result.entity).toMatchObject({
      variants,
      name: 'Nav',
    });
  });

  it('says what is missing or cannot be', () => {
    expect(refusal(() => make({ type: 'string', fallback: null }))).toMatch(/^invalid: variants: must be given/);
    expect(refusal(() => createDiscovered(subject, { key: 'B a' }, [known('B a')], BY))).toMatch(
      /^invalid: key: must be 1 to 100/,
    );
    expect(refusal(() => createDiscovered(subject, { key: 'a' }, [], BY))).toMatch(/^not_found/);
  });
});
