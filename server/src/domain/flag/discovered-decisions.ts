import type { FlagType, JsonValue, Variant } from '@burgee/engine';
import type { By, Decision } from '../decision.ts';
import { BurgeeError, invalid } from '../errors.ts';
import { demand } from '../mistakes.ts';
import type { Change, Stored, Write } from '../ports.ts';
import { checkLine } from '../text-check.ts';
import { type Asked, DISCOVERED_KEPT, type DiscoveredFlag, type DiscoveredRow, MOST_DISCOVERED } from './discovered.ts';
import type { Flag } from './flag.ts';
import { createFlag, type NewFlag } from './flag-decisions.ts';

const MOST_APPS = 10;

/**
 * Writes down what was asked for in one environment; null where there is nothing to write. What has become a flag, what nobody has
 * asked for since the retention, and what is too much goes. Nothing of it is history, so nothing is audited.
 */
export function discover(
  subject: {
    readonly project: string;
    readonly environment: string;
    readonly known: readonly Stored<DiscoveredFlag>[];
    /** Flags that the project has, archived ones too, among those known and asked for. */
    readonly flags: ReadonlySet<string>;
  },
  asked: readonly Asked[],
  at: number,
): Change | null {
  const { project, environment, flags } = subject;
  const before = new Map(subject.known.map((stored) => [stored.entity.flag, stored]));
  const after = new Map<string, DiscoveredFlag>();
  for (const { entity } of before.values())
    if (!flags.has(entity.flag) && entity.lastSeenAt >= at - DISCOVERED_KEPT) after.set(entity.flag, entity);
  for (const one of asked) {
    if (flags.has(one.flag) || !isLine(one.flag)) continue;
    const known = after.get(one.flag);
    after.set(one.flag, {
      ...{ project, environment, flag: one.flag, type: one.type },
      fallback: defaultOf(one) === undefined ? null : one.fallback,
      apps: [...new Set([...one.apps.filter(isLine), ...(known?.apps ?? [])])].slice(0, MOST_APPS),
      count: (known?.count ?? 0) + one.count,
      firstSeenAt: known?.firstSeenAt ?? at,
      lastSeenAt: at,
      dismissedAt: known?.dismissedAt ?? null,
    });
  }
  const kept = [...after.values()].sort((a, b) => b.lastSeenAt - a.lastSeenAt || b.count - a.count).slice(0, MOST_DISCOVERED);
  const keptNames = new Set(kept.map(({ flag }) => flag));
  const writes: Write[] = [];
  for (const { entity, version } of before.values())
    if (!keptNames.has(entity.flag)) writes.push({ remove: 'discovered', key: entity, basedOn: version });
  for (const entity of kept) {
    const known = before.get(entity.flag);
    if (known?.entity !== entity) writes.push({ put: 'discovered', entity, basedOn: known?.version ?? null });
  }
  return writes.length === 0 ? null : { environments: [], writes, audit: [] };
}

/** A project's discovered flags in key order: those that are no flags yet, not dismissed anywhere, and asked for lately. */
export function listDiscovered(known: readonly DiscoveredFlag[], flags: ReadonlySet<string>, at: number): DiscoveredRow[] {
  const byFlag = new Map<string, DiscoveredFlag[]>();
  for (const one of known) byFlag.set(one.flag, [...(byFlag.get(one.flag) ?? []), one]);
  const rows: DiscoveredRow[] = [];
  for (const [flag, all] of byFlag) {
    const places = all.filter(({ lastSeenAt }) => lastSeenAt >= at - DISCOVERED_KEPT).sort((a, b) => b.lastSeenAt - a.lastSeenAt);
    const [last] = places;
    if (last === undefined || flags.has(flag) || all.some(({ dismissedAt }) => dismissedAt !== null)) continue;
    rows.push({
      ...{ flag, type: last.type, fallback: last.fallback, lastSeenAt: last.lastSeenAt },
      count: places.reduce((sum, { count }) => sum + count, 0),
      firstSeenAt: Math.min(...places.map(({ firstSeenAt }) => firstSeenAt)),
      places: places.map(({ project: _, flag: __, dismissedAt: ___, ...place }) => place),
    });
  }
  return rows.sort((a, b) => (a.flag < b.flag ? -1 : 1));
}

/** Hides a discovered flag in every environment, for as long as it goes on being asked for. Throws `not_found`, `invalid`. */
export function dismissDiscovered(
  project: string,
  { flag, reason }: { readonly flag: string; readonly reason: string | undefined },
  known: readonly Stored<DiscoveredFlag>[],
  { actor, at }: By,
): { readonly change: Change | null } {
  if (known.length === 0) throw notDiscovered(flag);
  demand((refuse) => {
    if (reason !== undefined) checkLine(reason, 'reason', { min: 1, max: 500 }, refuse);
  });
  if (known.every(({ entity }) => entity.dismissedAt !== null)) return { change: null };
  const writes = known.map(
    ({ entity, version }): Write => ({ put: 'discovered', entity: { ...entity, dismissedAt: at }, basedOn: version }),
  );
  const where = known.map(({ entity }) => entity.environment).sort();
  const change: Change = {
    environments: [],
    writes,
    audit: [
      {
        ...{ actor, action: 'discovered.dismissed', project, environment: null, object: `discovered/${flag}` },
        summary: `Discovered flag ${flag} dismissed; it is asked for in ${where.join(', ')}.`,
        ...{ before: null, after: null, reason: reason ?? null },
      },
    ],
  };
  return { change };
}

/**
 * Makes a flag of a discovered one: its type is the code's, and so is, unless variants are given, its one variant `default` (a
 * boolean flag has `on` and `off` as always). Throws `not_found`, and what making a flag throws.
 */
export function createDiscovered(
  subject: Parameters<typeof createFlag>[0],
  command: Omit<NewFlag, 'type'>,
  known: readonly Stored<DiscoveredFlag>[],
  by: By,
): Decision<Flag> {
  const [last] = known.map(({ entity }) => entity).sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  if (last === undefined) throw notDiscovered(command.key);
  const variants = command.variants ?? variantsOf(last);
  const { result, change } = createFlag(subject, { ...command, type: last.type, variants }, by);
  if (change === null) return { result, change };
  const done = known.map(({ entity }): Write => ({ remove: 'discovered', key: entity, basedOn: 'any' }));
  return { result, change: { ...change, writes: [...change.writes, ...done] } };
}

function variantsOf(discovered: DiscoveredFlag): readonly Variant[] | undefined {
  if (discovered.type === 'boolean') return undefined;
  const value = defaultOf(discovered);
  if (value !== undefined) return [{ key: 'default', value }];
  throw invalid({ field: 'variants', message: `must be given: the default in the code was not reported, only its type` });
}

/** The default as a value of its type; undefined where there is none. */
function defaultOf({ type, fallback }: { readonly type: FlagType; readonly fallback: string | null }): JsonValue | undefined {
  if (fallback === null) return undefined;
  try {
    const value = JSON.parse(fallback) as JsonValue;
    return type === 'json' || typeof value === type ? value : undefined;
  } catch {
    return undefined;
  }
}

function isLine(text: string): boolean {
  let fine = true;
  checkLine(text, '', { min: 1, max: 100 }, () => {
    fine = false;
  });
  return fine;
}

function notDiscovered(flag: string): BurgeeError {
  return new BurgeeError('not_found', `no application has asked for a flag ${flag} that is not there`);
}
