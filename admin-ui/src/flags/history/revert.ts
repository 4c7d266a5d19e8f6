import type { AuditRecord, Flag } from '@burgee/server/api';
import type { FlagPatch, NewRule, Targeting } from '../../api/changes.ts';

const STATE = new Set(['enabled', 'prerequisites', 'rules', 'defaultVariant', 'offVariant']);
const FLAG = new Set([
  ...['name', 'description', 'owner', 'tags', 'links', 'kind', 'variants', 'browserAccess', 'lifetimeDays', 'archived'],
]);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

type Parts = Readonly<Record<string, unknown>>;
const partsOf = (side: unknown): Parts | null => (side !== null && typeof side === 'object' ? (side as Parts) : null);

/** What undoing an entry of a flag's history is about; null: it cannot be undone from here. */
export type Revertible = 'state' | 'flag' | null;

/** Whether an entry says enough to be undone by a new change. Long values are left out of histories, and then it does not. */
export function revertible({ action, before, after }: AuditRecord): Revertible {
  const [was, is] = [partsOf(before), partsOf(after)];
  if (!was || !is) return null;
  const values = [...Object.values(was), ...Object.values(is)];
  if (values.some((value) => value !== null && typeof value === 'object' && 'leftOut' in value)) return null;
  const names = Object.keys(was);
  if (names.length === 0) return null;
  if (/^(state|schedule|rollout)\./.test(action) && names.every((name) => STATE.has(name))) return 'state';
  return action.startsWith('flag.') && names.every((name) => FLAG.has(name)) ? 'flag' : null;
}

/** The targeting of now with what an entry changed as it was before, and whether any of that has moved on since. */
export function revertState(
  now: Targeting,
  { before, after }: Pick<AuditRecord, 'before' | 'after'>,
): { readonly targeting: Targeting; readonly moved: boolean } {
  const [was, is] = [partsOf(before) ?? {}, partsOf(after) ?? {}];
  let moved = false;
  const next = Object.fromEntries(
    Object.entries(was).map(([name, value]) => {
      if (name === 'rules') {
        const undone = revertRules(now.rules, value as readonly NewRule[], (is.rules ?? []) as readonly NewRule[]);
        moved ||= undone.moved;
        return [name, undone.rules];
      }
      moved ||= !same(now[name as keyof Targeting], is[name]);
      return [name, value];
    }),
  );
  return { targeting: { ...now, ...next }, moved };
}

/** A history keeps only the rules that differ: those that came go, those that went come back, the others are as they were. */
function revertRules(now: readonly NewRule[], was: readonly NewRule[], is: readonly NewRule[]) {
  const [old, made] = [new Map(was.map((rule) => [rule.id, rule])), new Map(is.map((rule) => [rule.id, rule]))];
  const here = new Map(now.map((rule) => [rule.id, rule]));
  const moved = is.some((rule) => !same(here.get(rule.id), rule)) || was.some((rule) => !made.has(rule.id) && here.has(rule.id));
  const kept = now.filter(({ id }) => !made.has(id) || old.has(id)).map((rule) => old.get(rule.id) ?? rule);
  const keptIds = new Set(kept.map(({ id }) => id));
  const rules = [...kept];
  was.forEach((rule, index) => {
    if (keptIds.has(rule.id)) return;
    const before = rules.findIndex(({ id }) => id === was[index - 1]?.id);
    rules.splice(before < 0 ? Math.min(index, rules.length) : before + 1, 0, rule);
    keptIds.add(rule.id);
  });
  // where the order changed, the entry has every rule on both sides
  const wasOrder = was.map(({ id }) => id).filter((id) => made.has(id));
  const isOrder = is.map(({ id }) => id).filter((id) => old.has(id));
  if (!same(wasOrder, isOrder)) {
    const at = new Map(was.map(({ id }, index) => [id, index]));
    rules.sort((a, b) => (at.get(a.id) ?? rules.length) - (at.get(b.id) ?? rules.length));
  }
  return { rules, moved };
}

/** What to set of a flag so that it is as before an entry, and whether any of that has moved on since. */
export function revertFlag(
  now: Flag,
  { before, after }: Pick<AuditRecord, 'before' | 'after'>,
): { readonly patch: FlagPatch; readonly moved: boolean } {
  const [was, is] = [partsOf(before) ?? {}, partsOf(after) ?? {}];
  return { patch: was as FlagPatch, moved: Object.keys(was).some((name) => !same(now[name as keyof Flag], is[name])) };
}
