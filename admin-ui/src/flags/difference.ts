import type { NewRule, Targeting } from '../api/changes.ts';
import { text } from '../text/catalogue.ts';
import { percent } from '../text/format.ts';
import { byWords, reachWords, ruleWords } from './words.ts';

const t = text.rules.changes;
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What differs between two targetings, one sentence each, in the order in which people read the page. */
export function difference(before: Targeting, after: Targeting): string[] {
  const lines: string[] = [];
  if (before.enabled !== after.enabled) lines.push(after.enabled ? t.on : t.off);
  if (!same(before.prerequisites, after.prerequisites)) lines.push(t.prerequisites);
  const old = new Map(before.rules.map((rule, index) => [rule.id, { rule, index }]));
  after.rules.forEach((rule, index) => {
    const was = old.get(rule.id);
    lines.push(...(was ? ruleDifference(was.rule, rule, index + 1) : [t.added(index + 1, ruleWords(rule))]));
  });
  const kept = new Set(after.rules.map((rule) => rule.id));
  before.rules.forEach((rule, index) => {
    if (!kept.has(rule.id)) lines.push(t.removed(index + 1, ruleWords(rule)));
  });
  const orderBefore = before.rules.map((rule) => rule.id).filter((id) => kept.has(id));
  const orderAfter = after.rules.map((rule) => rule.id).filter((id) => old.has(id));
  if (!same(orderBefore, orderAfter)) lines.push(t.order);
  if (before.defaultVariant !== after.defaultVariant) lines.push(t.otherwise(before.defaultVariant, after.defaultVariant));
  if (before.offVariant !== after.offVariant) lines.push(t.whileOff(before.offVariant, after.offVariant));
  return lines;
}

function ruleDifference(before: NewRule, after: NewRule, n: number): string[] {
  const lines: string[] = [];
  if ((before.title ?? '') !== (after.title ?? '')) lines.push(t.title(n, before.title ?? '', after.title ?? ''));
  if (before.salt !== after.salt) lines.push(t.reshuffle(n));
  const onlyPercent = same({ ...before, percent: 0, title: '', salt: '' }, { ...after, percent: 0, title: '', salt: '' });
  if (onlyPercent && before.percent !== after.percent) {
    lines.push(t.percent(n, percent(before.percent), percent(after.percent), byWords(after.by)));
  } else if (!onlyPercent) {
    const [from, to] = [ruleWords(before), ruleWords(after)];
    if (from !== to) lines.push(t.rule(n, from, to));
    else if (before.salt === after.salt) lines.push(t.reshuffle(n));
  }
  return lines;
}

/** One sentence for a confirmation: `production: off → on for 25 % by user`. */
export function headline(environment: string, before: Targeting, after: Targeting): string {
  if (!before.enabled && after.enabled) return t.onFor(environment, reachWords(after));
  if (before.enabled && !after.enabled) return t.offFor(environment, reachWords(before));
  return t.percentFor(environment, reachWords(before), reachWords(after));
}

/**
 * What a confirmation says first, and the lines below it where that does not say it all. With several rules the whole audience
 * twice would hide what differs.
 */
export function confirmation(environment: string, before: Targeting, after: Targeting): { head: string; lines: string[] } {
  const lines = difference(before, after);
  const simple = before.rules.length <= 1 && after.rules.length <= 1;
  if (simple || before.enabled !== after.enabled) return { head: headline(environment, before, after), lines };
  const [only] = lines;
  if (lines.length === 1 && only !== undefined) return { head: t.inPlace(environment, only), lines: [] };
  return { head: t.several(environment, lines.length), lines };
}
