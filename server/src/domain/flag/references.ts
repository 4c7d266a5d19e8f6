import type { Rule, Serve } from '@burgee/engine';
import type { FlagState } from './flag.ts';

/** A flag's state in one environment, as something that refers to another. */
export interface Referrer {
  readonly environment: string;
  readonly flag: string;
}

/** The variants that a rule can serve. */
export function servedBy(serve: Serve): readonly string[] {
  return 'split' in serve ? serve.split.weights.map(({ variant }) => variant) : [serve.variant];
}

/** The flag's own variants that its state names. */
export function variantsOf(state: Pick<FlagState, 'rules' | 'defaultVariant' | 'offVariant'>): Set<string> {
  return new Set([state.defaultVariant, state.offVariant, ...state.rules.flatMap((rule: Rule) => servedBy(rule.serve))]);
}

export function segmentsOf(state: Pick<FlagState, 'rules'>): Set<string> {
  return new Set(state.rules.flatMap(({ segments = [] }) => segments.map(({ segment }) => segment)));
}

/** Everything that must go on existing for this state to mean what it says. */
export function referencesOf(state: FlagState): Set<string> {
  return new Set([
    ...[...variantsOf(state)].map((variant) => `variant/${variant}`),
    ...[...segmentsOf(state)].map((segment) => `segment/${segment}`),
    ...state.prerequisites.flatMap(({ flag, variants }) => [flag, ...variants.map((variant) => `${flag}/${variant}`)]),
  ]);
}

/** The states that name this segment. */
export function segmentUsers(segment: string, states: readonly FlagState[]): Referrer[] {
  return states.filter((state) => segmentsOf(state).has(segment)).map(referrer);
}

/** The states that name this flag as a prerequisite; with `variants`, those that want one of them. */
export function dependents(flag: string, states: readonly FlagState[], variants?: ReadonlySet<string>): Referrer[] {
  const wanted = (given: readonly string[]) => variants === undefined || given.some((variant) => variants.has(variant));
  return states.filter((state) => state.prerequisites.some((p) => p.flag === flag && wanted(p.variants))).map(referrer);
}

/** The shortest way along prerequisites from a flag back to itself, or null. `states` are those of one environment. */
export function findCycle(
  flag: string,
  prerequisites: readonly string[],
  states: ReadonlyMap<string, FlagState>,
): string[] | null {
  const cameFrom = new Map<string, string>();
  const pending = prerequisites.map((next) => ({ next, from: flag }));
  for (let step = pending.shift(); step !== undefined; step = pending.shift()) {
    const { next, from } = step;
    if (next === flag) {
      const path = [flag];
      for (let at = from; at !== flag; at = cameFrom.get(at) ?? flag) path.unshift(at);
      return [flag, ...path];
    }
    if (cameFrom.has(next)) continue;
    cameFrom.set(next, from);
    for (const { flag: further } of states.get(next)?.prerequisites ?? []) pending.push({ next: further, from: next });
  }
  return null;
}

function referrer({ environment, flag }: FlagState): Referrer {
  return { environment, flag };
}
