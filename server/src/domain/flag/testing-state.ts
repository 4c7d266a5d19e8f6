import type { Rule } from '@burgee/engine';
import type { Environment } from '../environment.ts';
import { BurgeeError, type FieldError } from '../errors.ts';
import type { Stored } from '../ports.ts';
import type { Rollout, RolloutState } from '../rollout/rollout.ts';
import type { Flag, FlagState } from './flag.ts';
import type { Surroundings } from './rule-check.ts';
import { initialState, type StateSubject } from './state-decisions.ts';
import { BOOLEAN_VARIANTS } from './variant-check.ts';

/** Who decides in these tests. */
export const BY = { actor: { kind: 'user' as const, id: 'u1', name: 'Ada' }, at: 1_000 };

export function flagOf(more: Partial<Flag> = {}): Flag {
  return {
    project: 'shop',
    key: 'checkout',
    name: 'Checkout',
    description: '',
    owner: null,
    tags: [],
    links: [],
    kind: 'release',
    type: 'boolean',
    variants: BOOLEAN_VARIANTS,
    browserAccess: 'none',
    lifetimeDays: 40,
    archived: false,
    createdAt: 0,
    ...more,
  };
}

export function ruleOf(more: Partial<Rule> = {}): Rule {
  return { id: 'r1', percent: 10, by: 'default', serve: { variant: 'on' }, ...more };
}

export function stateOf(flag: Flag, more: Partial<FlagState> = {}): FlagState {
  return { ...initialState(flag, 'production'), ...more };
}

export function environmentOf(key = 'production', order = 1): Stored<Environment> {
  return { version: 7, entity: { project: 'shop', key, name: key, order, createdAt: 0 } };
}

/** Only what a change looks at. */
export function rolloutOf(id: string, state: RolloutState): Stored<Rollout> {
  const entity = { id, project: 'shop', environment: 'production', flag: 'checkout', rule: 'r1', state, timeline: [] };
  return { version: 3, entity: entity as unknown as Rollout };
}

export function subjectOf(flag: Flag, state: Partial<FlagState> = {}, rollouts: readonly Stored<Rollout>[] = []): StateSubject {
  return { flag, environment: environmentOf(), state: { version: 4, entity: stateOf(flag, state) }, rollouts };
}

export function around(
  flags: readonly Flag[] = [],
  states: readonly FlagState[] = [],
  segments: readonly string[] = [],
): Surroundings {
  return {
    flags: new Map(flags.map((flag) => [flag.key, flag])),
    states: new Map(states.map((state) => [state.flag, state])),
    segments: new Set(segments),
    patternOk: (pattern) => !pattern.includes('(?='),
  };
}

/** What a decision refuses: the code, and the fields where it is `invalid`. */
export function refusalOf(decide: () => unknown): { code: string; fields: string[]; details: Readonly<Record<string, unknown>> } {
  try {
    decide();
  } catch (error) {
    if (!(error instanceof BurgeeError)) throw error;
    const fields = (error.details.fields ?? []) as readonly FieldError[];
    return { code: error.code, fields: fields.map(({ field }) => field), details: error.details };
  }
  return { code: 'accepted', fields: [], details: {} };
}
