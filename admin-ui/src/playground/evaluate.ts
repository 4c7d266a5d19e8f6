import {
  type EvaluationContext,
  evaluate,
  hashFrom,
  type Prepared,
  type PrepareOptions,
  position,
  prepare,
  type Rule,
  type Ruleset,
  saltState,
} from '@burgee/engine';
import type { FlagRow, SegmentRow } from '../api/resources.ts';

/** What a flag answers in one environment, and why. */
export interface Answer {
  readonly variant: string | null;
  /** As JSON; null: there is none. */
  readonly value: string | null;
  readonly reason: string;
  /** The rule that decided: its place in the list, from 1, and its title. */
  readonly rule: { readonly place: number; readonly title: string | null } | null;
  /** Where the context stands in the first rule that is for a share of people: 0…100, and that rule's percent. */
  readonly bucket: { readonly at: number; readonly percent: number; readonly by: string } | null;
  readonly note: string | null;
}

/** One environment as SDKs have it. */
export function rulesetOf(
  rows: readonly FlagRow[],
  segments: readonly SegmentRow[],
  project: string,
  environment: string,
): Ruleset {
  return {
    schema: 1,
    project,
    environment,
    revision: { epoch: 1, n: 1 },
    segments: segments.map(({ segment: { key, number, when } }) => ({ key, number, when })),
    flags: rows.flatMap(({ flag: { key, type, variants, browserAccess, archived }, states }) => {
      const state = states.find((row) => row.state.environment === environment)?.state;
      if (state === undefined || archived) return [];
      const { enabled, killed, prerequisites, rules, defaultVariant, offVariant } = state;
      const served = { enabled, killed: killed !== null, prerequisites, rules, defaultVariant, offVariant };
      return [{ key, type, variants, browserAccess, ...served }];
    }),
  };
}

/** An environment made ready to be asked. */
export interface Asked {
  readonly ruleset: Ruleset;
  readonly prepared: Prepared;
}

export function ask(ruleset: Ruleset, regex: PrepareOptions['regex']): Asked {
  return { ruleset, prepared: prepare(ruleset, regex === undefined ? {} : { regex }) };
}

/** What one flag answers to a context. `draw` stands in for whom no attribute names, 0…1. */
export function answer({ ruleset, prepared }: Asked, key: string, context: EvaluationContext, now: number, draw: number): Answer {
  const found = evaluate(prepared, key, context, now, draw);
  const rules = ruleset.flags.find((flag) => flag.key === key)?.rules ?? [];
  const index = rules.findIndex(({ id }) => id === found.rule);
  const rule = rules[index];
  return {
    variant: found.variant ?? null,
    value: found.value === undefined ? null : JSON.stringify(found.value),
    reason: found.reason,
    rule: rule ? { place: index + 1, title: rule.title ?? null } : null,
    bucket: bucketOf(rule ? [rule] : rules, key, context),
    note: found.errorMessage ?? (found.prerequisite === undefined ? null : found.prerequisite),
  };
}

/** In the first of these rules that is for a share of people and that names this one. */
function bucketOf(rules: readonly Rule[], flag: string, context: EvaluationContext): Answer['bucket'] {
  const isNamed = (name: string): boolean =>
    ['string', 'number', 'boolean'].includes(typeof context[name]) && context[name] !== '';
  for (const { by: attribute, percent, salt = flag } of rules) {
    if (percent >= 100 || attribute === 'random') continue;
    const by = (attribute === 'default' ? ['targetingKey', 'userId', 'sessionId'] : [attribute]).find(isNamed);
    if (by === undefined) continue;
    return { at: position(hashFrom(saltState(salt, 0), String(context[by]))) / 1000, percent, by };
  }
  return null;
}

/** What was typed as a context, or why it is none. */
export function readContext(typed: string): { readonly context: EvaluationContext } | { readonly wrong: 'json' | 'object' } {
  if (typed.trim() === '') return { context: {} };
  try {
    const context: unknown = JSON.parse(typed);
    const isObject = typeof context === 'object' && context !== null && !Array.isArray(context);
    return isObject ? { context: context as EvaluationContext } : { wrong: 'object' };
  } catch {
    return { wrong: 'json' };
  }
}
