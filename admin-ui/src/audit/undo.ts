import type { Rule } from '@burgee/engine';
import type { AuditRecord, Permission } from '@burgee/server/api';
import type { Targeting } from '../api/changes.ts';
import { audit } from '../text/audit.ts';

const why = audit.undo.reasons;

/** How an entry can be taken back as a new change, or why it cannot. */
export type Undo =
  | { readonly kind: 'state'; readonly needs: Permission; readonly flag: string; readonly environment: string }
  | { readonly kind: 'kill' | 'restore'; readonly needs: Permission; readonly flag: string; readonly environment: string }
  | {
      readonly kind: 'patch';
      readonly needs: Permission;
      readonly what: 'flag' | 'segment' | 'environment' | 'project';
      readonly key: string;
      readonly patch: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'none'; readonly why: string };

const PATCHES = {
  flag: 'flag:write',
  segment: 'segment:write',
  environment: 'environment:write',
  project: 'project:write',
} as const satisfies Record<string, Permission>;

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/\.created$/, why.created],
  [/\.deleted$/, why.deleted],
  [/^rollout\./, why.rollout],
  [/^schedule\./, why.schedule],
  [/promot/, why.promoted],
  [/^(user|setup)\./, why.people],
  [/^token\./, why.token],
  [/^plan\./, why.plan],
  [/^source\./, why.source],
  [/^notice-route\./, why.notice],
];

const isCut = (value: unknown): boolean => typeof value === 'object' && value !== null && 'leftOut' in value;

const fieldsOf = (side: unknown): Readonly<Record<string, unknown>> =>
  typeof side === 'object' && side !== null ? (side as Readonly<Record<string, unknown>>) : {};

export function undoOf({ action, object, environment, before }: AuditRecord): Undo {
  const [kind = '', ...rest] = object.split('/');
  const key = rest.join('/');
  const [noun = '', verb = ''] = action.split('.');
  const fields = fieldsOf(before);
  if (Object.values(fields).some(isCut)) return { kind: 'none', why: why.cut };
  if (noun === 'state' && environment !== null && kind === 'flag') {
    if (verb === 'killed') return { kind: 'restore', needs: 'state:kill', flag: key, environment };
    if (verb === 'restored') return { kind: 'kill', needs: 'state:kill', flag: key, environment };
    if (verb === 'changed' && Object.keys(fields).length > 0)
      return { kind: 'state', needs: 'state:write', flag: key, environment };
  }
  const what = noun as keyof typeof PATCHES;
  if (what in PATCHES && /^(changed|archived|unarchived)$/.test(verb) && Object.keys(fields).length > 0) {
    return { kind: 'patch', needs: PATCHES[what], what, key, patch: fields };
  }
  return { kind: 'none', why: REASONS.find(([pattern]) => pattern.test(action))?.[1] ?? why.other };
}

type Side = Partial<Targeting>;

/** The targeting with what an entry changed put back to what it was; what the entry did not touch stays as it is now. */
export function putBack(now: Targeting, { before, after }: Pick<AuditRecord, 'before' | 'after'>): Targeting {
  const [was, is] = [fieldsOf(before) as Side, fieldsOf(after) as Side];
  const { rules: rulesBefore, ...others } = was;
  const next: Targeting = { ...now, ...others };
  if (rulesBefore === undefined) return next;
  return { ...next, rules: rulesBack(now.rules, rulesBefore as readonly Rule[], (is.rules ?? []) as readonly Rule[]) };
}

/**
 * An entry tells the rules that differ, or all of them where their order does. A rule that was new goes, one that went comes
 * back at the end, one that changed is as it was.
 */
function rulesBack(now: Targeting['rules'], before: readonly Rule[], after: readonly Rule[]): Targeting['rules'] {
  const old = new Map(before.map((rule) => [rule.id, rule]));
  const made = new Set(after.map(({ id }) => id).filter((id) => !old.has(id)));
  const there = new Set(now.map(({ id }) => id));
  const kept = now.filter(({ id }) => id === undefined || !made.has(id)).map((rule) => old.get(rule.id ?? '') ?? rule);
  const all = [...kept, ...before.filter(({ id }) => !there.has(id))];
  const isReordered =
    before.length === after.length && before.some(({ id }, index) => after[index]?.id !== id) && made.size === 0;
  if (!isReordered) return all;
  const place = new Map(before.map(({ id }, index) => [id, index]));
  const placeOf = (id: string | undefined) => place.get(id ?? '') ?? Number.MAX_SAFE_INTEGER;
  return [...all].sort((a, b) => placeOf(a.id) - placeOf(b.id));
}

/** Whether what an entry changed has been changed again since. */
export function movedSince(now: Targeting, { after }: Pick<AuditRecord, 'after'>): boolean {
  const { rules = [], ...others } = fieldsOf(after) as Side;
  const current = new Map(now.rules.map((rule) => [rule.id, JSON.stringify(sortedRule(rule))]));
  const rulesMoved = rules.some((rule) => current.get(rule.id) !== JSON.stringify(sortedRule(rule)));
  return (
    rulesMoved ||
    Object.entries(others).some(([field, value]) => JSON.stringify(now[field as keyof Targeting]) !== JSON.stringify(value))
  );
}

/** Two writings of the same rule may name its parts in another order. */
const sortedRule = (rule: object): object => Object.fromEntries(Object.entries(rule).sort(([a], [b]) => (a < b ? -1 : 1)));
