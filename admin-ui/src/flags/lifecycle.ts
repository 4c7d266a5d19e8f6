import type { FlagState } from '@burgee/server/api';
import type { FlagRow, StateRow } from '../api/resources.ts';
import { isProduction } from './targeting.ts';

/** Where a flag stands in its life; each has its word and what it means in the texts. */
export const LIFE_CYCLES = ['new', 'testing', 'rolling', 'live', 'done', 'unused', 'overdue', 'off', 'archived'] as const;
export type LifeCycle = (typeof LIFE_CYCLES)[number];

const DAY = 86_400_000;
/** So long nobody has asked for a flag that is on, and it is called unused. */
export const UNUSED_DAYS = 7;

/** The variant that everybody gets, or null where people get different ones. */
export function servedToAll(
  state: Pick<FlagState, 'enabled' | 'killed' | 'rules' | 'defaultVariant' | 'offVariant'>,
): string | null {
  if (state.killed !== null || !state.enabled) return state.offVariant;
  const first = state.rules.find(({ percent }) => percent > 0);
  if (first === undefined) return state.defaultVariant;
  const isForAll = first.percent >= 100 && first.when === undefined && (first.segments?.length ?? 0) === 0;
  return isForAll && 'variant' in first.serve ? first.serve.variant : null;
}

const isOn = ({ state }: StateRow): boolean => state.enabled && state.killed === null;

/** Where production is: what is called so, or else the last environment. */
function productionOf(states: readonly StateRow[]): readonly StateRow[] {
  const called = states.filter(({ state }) => isProduction(state.environment));
  return called.length > 0 ? called : states.slice(-1);
}

/** What a flag's states, age and evaluations come to. */
export function lifecycleOf({ flag, states }: Pick<FlagRow, 'flag' | 'states'>, now: number): LifeCycle {
  if (flag.archived) return 'archived';
  if (flag.lifetimeDays !== null && now > flag.createdAt + flag.lifetimeDays * DAY) return 'overdue';
  const seen = Math.max(...states.map(({ lastEvaluated }) => lastEvaluated ?? 0));
  const on = states.filter(isOn);
  if (on.length === 0) return seen === 0 ? 'new' : 'off';
  const since = now - UNUSED_DAYS * DAY;
  if (seen < since && flag.createdAt < since) return 'unused';
  const production = productionOf(states);
  const live = production.filter(isOn).filter(({ state }) => servedToAll(state) !== state.offVariant);
  if (live.length === 0) return 'testing';
  if (live.some((row) => row.rollout !== null || servedToAll(row.state) === null)) return 'rolling';
  const served = new Set(production.map(({ state }) => servedToAll(state)));
  const ends = flag.kind === 'release' || flag.kind === 'experiment';
  return ends && served.size === 1 && live.length === production.length ? 'done' : 'live';
}

/** When a flag should be gone, ms; null: it stays. */
export const endOfLife = ({ createdAt, lifetimeDays }: Pick<FlagRow['flag'], 'createdAt' | 'lifetimeDays'>): number | null =>
  lifetimeDays === null ? null : createdAt + lifetimeDays * DAY;
