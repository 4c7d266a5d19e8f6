import type { Condition } from '@burgee/engine';
import type { Attribute, Flag } from '@burgee/server/api';
import type { NewRule, Targeting } from '../api/changes.ts';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';

const t = page.understood;

export interface Edit {
  /** Who may see the flag in browsers. */
  readonly access: Flag['browserAccess'];
  readonly before: Targeting;
  readonly after: Targeting;
}

/** What is known of who asks; undefined while it is not. */
export interface Known {
  readonly attributes: readonly Attribute[] | undefined;
  /** Who may see other flags in browsers, by key. */
  readonly access: ReadonlyMap<string, Flag['browserAccess']> | undefined;
}

/** An attribute that an edit begins to look at, and the place of the first rule that does, from 1. */
interface Look {
  readonly name: string;
  readonly rule: number;
}

/** Attributes that a rule looks at after an edit and none did before. While a flag is off, none does. */
export function newLooks({ before, after }: Pick<Edit, 'before' | 'after'>): Look[] {
  if (!after.enabled) return [];
  const known = new Set(before.enabled ? before.rules.flatMap(attributesOf) : []);
  const looks = after.rules.flatMap((rule, index) => attributesOf(rule).map((name) => ({ name, rule: index + 1 })));
  return looks.filter(({ name }, index) => !known.has(name) && looks.findIndex((look) => look.name === name) === index);
}

/** Flags that are needed after an edit and were not before, where pages evaluate the rules themselves. */
export function newNeeds({ access, before, after }: Edit): string[] {
  if (access !== 'rules' || !after.enabled) return [];
  const known = new Set(before.enabled ? before.prerequisites.map(({ flag }) => flag) : []);
  return after.prerequisites.map(({ flag }) => flag).filter((flag) => !known.has(flag));
}

/**
 * Which clients would not understand an edit, one sentence each. Applications tell the names of the attributes that they met; where
 * none told any, nothing is said of attributes. Rules that pages get come without flags whose rules they may not have.
 */
export function notUnderstood(edit: Edit, { attributes, access }: Known): string[] {
  const told = new Set(attributes?.filter(({ reportedAt }) => reportedAt !== null).map(({ name }) => name));
  const unsent = told.size === 0 ? [] : newLooks(edit).filter(({ name }) => !told.has(name));
  const hidden = access ? newNeeds(edit).filter((flag) => access.get(flag) !== 'rules') : [];
  const drawn = newDraw(edit);
  const places = [...new Set(unsent.map(({ rule }) => rule))];
  const namesIn = (place: number) => unsent.filter(({ rule }) => rule === place).map(({ name }) => `“${name}”`);
  return [
    ...places.map((place) => t.unsent(namesIn(place).join(` ${text.rules.and} `), place)),
    ...hidden.map(t.hidden),
    ...(drawn === null ? [] : [t.drawn(drawn)]),
  ];
}

/** The place of the first rule that begins to pick at random, where pages keep the value that the server gave them. */
function newDraw({ access, before, after }: Edit): number | null {
  if (access !== 'values' || !after.enabled || (before.enabled && before.rules.some(draws))) return null;
  const index = after.rules.findIndex(draws);
  return index < 0 ? null : index + 1;
}

function draws({ by, percent, serve }: NewRule): boolean {
  const isPartial = by === 'random' && percent > 0 && percent < 100;
  return isPartial || ('split' in serve && (serve.split.by ?? by) === 'random');
}

function attributesOf({ when, by, serve }: NewRule): string[] {
  const units = ['split' in serve ? (serve.split.by ?? by) : by, by].filter((name) => name !== 'default' && name !== 'random');
  return [...(when ? namesOf(when) : []), ...units];
}

function namesOf(condition: Condition): string[] {
  if ('opaque' in condition) return [];
  if ('not' in condition) return namesOf(condition.not);
  if ('attribute' in condition) return [condition.attribute];
  return ('all' in condition ? condition.all : condition.any).flatMap(namesOf);
}
