import type { FlagState } from '@burgee/server/api';
import { ruleWords } from '../flags/words.ts';
import { audit } from '../text/audit.ts';

const t = audit.side;

/** One line of a side: what it says, and the id of the rule that it is about. */
export interface SideLine {
  readonly text: string;
  readonly id?: string;
}

type Targeted = Pick<FlagState, 'enabled' | 'killed' | 'prerequisites' | 'rules' | 'defaultVariant' | 'offVariant'>;

const WORDS: { readonly [P in keyof Targeted]: (value: Targeted[P]) => readonly SideLine[] } = {
  enabled: (on) => [{ text: on ? t.on : t.off }],
  killed: (kill) => [{ text: kill === null ? t.notKilled : t.killed(kill.reason) }],
  prerequisites: (needed) =>
    needed.length === 0
      ? [{ text: t.needsNone }]
      : needed.map(({ flag, variants }) => ({ text: t.needs(flag, variants.join(', ')) })),
  rules: (rules) =>
    rules.map((rule) => ({ text: rule.title ? t.titled(rule.title, ruleWords(rule)) : ruleWords(rule), id: rule.id })),
  defaultVariant: (variant) => [{ text: t.otherwise(variant) }],
  offVariant: (variant) => [{ text: t.whileOff(variant) }],
};

const isTargeted = (side: object): side is Partial<Targeted> =>
  Object.entries(side).every(
    ([name, value]) => Object.hasOwn(WORDS, name) && !(typeof value === 'object' && value !== null && 'leftOut' in value),
  );

/** What one side of an entry about what a flag serves says, as on the flag's page; null where it is about anything else, or was cut. */
export function sideLines(side: unknown): readonly SideLine[] | null {
  if (typeof side !== 'object' || side === null || Array.isArray(side) || !isTargeted(side)) return null;
  const names = Object.keys(WORDS) as (keyof Targeted)[];
  return names.flatMap((name) => linesOf(name, side));
}

function linesOf<P extends keyof Targeted>(name: P, side: Partial<Targeted>): readonly SideLine[] {
  const value = side[name] as Targeted[P] | undefined;
  return value === undefined ? [] : WORDS[name](value);
}

/** Ids of the rules that an entry's sides tell of. */
export function ruleIdsIn(...sides: readonly unknown[]): string[] {
  return sides.flatMap((side) => sideLines(side)?.flatMap(({ id }) => id ?? []) ?? []);
}
