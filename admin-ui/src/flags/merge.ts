import type { NewRule, Targeting } from '../api/changes.ts';

/** Two people's changes put together. */
export interface Merge {
  readonly merged: Targeting;
  /** Whether both changed the same thing differently: there `merged` has mine. */
  readonly clashes: boolean;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Puts what I changed of `base` on top of what they made of it meanwhile. Things that only one of us changed are as that one
 * wants them, rules field by field; what both changed is as I want it, and counts as a clash.
 */
export function merge(base: Targeting, mine: Targeting, theirs: Targeting): Merge {
  let clashes = false;
  const pick = <T>(was: T, my: T, their: T): T => {
    if (same(was, my) || same(my, their)) return their;
    if (!same(was, their)) clashes = true;
    return my;
  };
  const rules = mergeRules({ base: base.rules, mine: mine.rules, theirs: theirs.rules }, pick, () => {
    clashes = true;
  });
  const merged: Targeting = {
    enabled: pick(base.enabled, mine.enabled, theirs.enabled),
    prerequisites: pick(base.prerequisites, mine.prerequisites, theirs.prerequisites),
    rules,
    defaultVariant: pick(base.defaultVariant, mine.defaultVariant, theirs.defaultVariant),
    offVariant: pick(base.offVariant, mine.offVariant, theirs.offVariant),
  };
  return { merged, clashes };
}

interface Sides {
  readonly base: readonly NewRule[];
  readonly mine: readonly NewRule[];
  readonly theirs: readonly NewRule[];
}
type Pick3 = <T>(was: T, my: T, their: T) => T;

function mergeRules({ base, mine, theirs }: Sides, pick: Pick3, clash: () => void): NewRule[] {
  const [old, my, their] = [base, mine, theirs].map((rules) => new Map(rules.map((rule) => [rule.id, rule]))) as [
    Map<NewRule['id'], NewRule>,
    Map<NewRule['id'], NewRule>,
    Map<NewRule['id'], NewRule>,
  ];
  const survivor = (id: NewRule['id']): NewRule | null => {
    const [was, m, t] = [old.get(id), my.get(id), their.get(id)];
    if (!was) return m ?? t ?? null;
    if (m && t) return mergeRule(was, m, t, pick);
    const other = m ?? t;
    // removed by one: gone, unless the other changed it meanwhile; then my wish stands
    if (other === undefined || same(was, other)) return null;
    clash();
    return m ?? null;
  };
  const orderBase = base.map(({ id }) => id);
  const orderMine = mine.map(({ id }) => id);
  const kept = (ids: readonly NewRule['id'][]) => ids.filter((id) => old.has(id) && my.has(id) && their.has(id));
  const moved = !same(kept(orderBase), kept(orderMine));
  if (
    moved &&
    !same(kept(orderBase), kept(theirs.map(({ id }) => id))) &&
    !same(kept(orderMine), kept(theirs.map(({ id }) => id)))
  )
    clash();
  const [lead, follow] = moved ? [mine, theirs] : [theirs, mine];
  const order = lead.map(({ id }) => id);
  follow.forEach(({ id }, index) => {
    if (order.includes(id)) return;
    const before = follow[index - 1]?.id;
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id);
  });
  return order.map(survivor).filter((rule) => rule !== null);
}

function mergeRule(was: NewRule, mine: NewRule, theirs: NewRule, pick: Pick3): NewRule {
  const fields = new Set([...Object.keys(mine), ...Object.keys(theirs)] as (keyof NewRule)[]);
  const merged = [...fields].map((field) => [field, pick<unknown>(was[field], mine[field], theirs[field])] as const);
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined)) as unknown as NewRule;
}
