import type { FlagUsage } from '@burgee/server/api';
import type { NewRule, Targeting } from '../api/changes.ts';
import { page } from '../text/flag-page.ts';
import { count } from '../text/format.ts';

/** Some people whom a change moves into a rule or out of it. `people` is about a day's; null where nobody counted them. */
export interface Move {
  /** The rule's place, from 1: afterwards, or before where it goes. */
  readonly rule: number;
  readonly into: boolean;
  readonly people: number | null;
  /** Why it is not known. */
  readonly why?: 'conditions' | 'new' | 'uncounted';
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const who = ({ when, segments, by, salt }: NewRule) => ({ when, segments, by, salt });

/**
 * Whom saving would move, from the people that each rule met in the last day: a percent takes exactly its share of them. People
 * are known only for rules as they are; for other conditions nobody has counted yet.
 */
export function movesOf(before: Targeting, after: Targeting, units: ReadonlyMap<string, number>): Move[] {
  if (!before.enabled && !after.enabled) return [];
  const old = new Map(before.rules.map((rule) => [rule.id, rule]));
  const now = new Set(after.rules.map(({ id }) => id));
  const moves = after.rules.map((rule, index) =>
    moveOf(
      index + 1,
      before.enabled ? old.get(rule.id) : { ...rule, percent: 0 },
      after.enabled ? rule : { ...rule, percent: 0 },
      units,
    ),
  );
  const gone = before.enabled
    ? before.rules.map((rule, index) => (now.has(rule.id) ? null : moveOf(index + 1, rule, { ...rule, percent: 0 }, units)))
    : [];
  return [...moves, ...gone].filter((move) => move !== null);
}

function moveOf(n: number, was: NewRule | undefined, is: NewRule, units: ReadonlyMap<string, number>): Move | null {
  if (was === undefined) return is.percent > 0 ? { rule: n, into: true, people: null, why: 'new' } : null;
  if (!same(who(was), who(is))) return { rule: n, into: is.percent >= was.percent, people: null, why: 'conditions' };
  const by = is.percent - was.percent;
  if (by === 0) return null;
  const met = units.get(is.id ?? '');
  if (met === undefined) return { rule: n, into: by > 0, people: null, why: 'uncounted' };
  return { rule: n, into: by > 0, people: (met * Math.abs(by)) / 100 };
}

/** People that each rule met in the last day, by the rule's id. */
export const unitsOf = (usage: FlagUsage | undefined): ReadonlyMap<string, number> =>
  new Map(usage?.day.units.map(({ rule, units }) => [rule, units]));

/** How often a flag was asked for in the last day. */
export const askedInDay = (usage: FlagUsage): number => usage.day.counts.reduce((all, { count: n }) => all + n, 0);

/** A number of people as far as a sketch and a day can tell. */
function about(people: number): string {
  if (people < 1) return page.movers.few;
  const digits = 10 ** Math.max(0, Math.floor(Math.log10(people)) - 1);
  return page.movers.about(count(Math.round(people / digits) * digits));
}

/** A move in words: `About 1,200 people come into rule 1`. */
export function moveWords({ rule, into, people, why }: Move): string {
  const t = page.movers;
  if (people === null) return why === 'uncounted' ? t.uncounted(rule, into) : why === 'new' ? t.fresh(rule) : t.conditions(rule);
  return into ? t.into(about(people), rule) : t.outOf(about(people), rule);
}
