import type { Rule } from '@burgee/engine';
import type { By } from '../decision.ts';
import { isEqual } from '../differences.ts';
import { BurgeeError, invalid } from '../errors.ts';
import type { Change, Stored, Write } from '../ports.ts';
import type { FlagState } from './flag.ts';
import type { Surroundings } from './rule-check.ts';
import { editState, type StateEdit, type StateSubject } from './state-decisions.ts';

/** Whose percents rules have after a promotion: the source's, or the target's, where new rules then begin at 0 %. */
export type PromotedPercents = 'source' | 'target';

/** One flag that is promoted: as it is where it comes from, and where it goes. */
export interface Promotion {
  readonly source: Stored<FlagState>;
  readonly target: StateSubject;
}

/** One flag's part of a promotion, before anything is changed. */
export interface PromotionPart {
  readonly flag: string;
  /** It is there because a flag of the promotion, or one of its prerequisites, needs it. */
  readonly prerequisite: boolean;
  /** What both sides are based on: say them when promoting. */
  readonly versions: { readonly source: number; readonly target: number };
  readonly before: FlagState;
  readonly after: FlagState;
}

/**
 * What the target serves once it is like the source: on or off, prerequisites, rules, default and off variant; never a kill.
 * A rule that is the target's already, by its id or by what it says, keeps the target's id, so that its rollout, its counts and
 * its people stay its own.
 */
export function promoted(source: FlagState, target: FlagState, percents: PromotedPercents): Required<StateEdit> {
  const free = new Map(target.rules.map((rule) => [rule.id, rule]));
  const take = (is: (rule: Rule) => boolean) => {
    const found = [...free.values()].find(is);
    if (found !== undefined) free.delete(found.id);
    return found;
  };
  const byId = source.rules.map((rule) => take(({ id }) => id === rule.id));
  const rules = source.rules.map((rule, index) => {
    const own = byId[index] ?? take((other) => isEqual(meaning(other), meaning(rule)));
    const percent = percents === 'source' ? rule.percent : (own?.percent ?? 0);
    return { ...rule, id: own?.id ?? rule.id, percent };
  });
  const { enabled, prerequisites, defaultVariant, offVariant } = source;
  return { enabled, prerequisites, rules, defaultVariant, offVariant };
}

/**
 * Makes the target environment's states like the source's, all or none, each with its own audit entry. null: it is so already.
 * Checked as the edits are that would do the same by hand; throws what they throw, with the flag in the message.
 */
export function promote(
  promotions: readonly Promotion[],
  percents: PromotedPercents,
  around: Surroundings,
  by: By,
): Change | null {
  const edits = promotions.map(({ source, target }) => promoted(source.entity, target.state.entity, percents));
  // prerequisites are judged as they will stand, so that two flags that come together find each other
  const states = new Map(around.states);
  promotions.forEach(({ target }, i) => {
    const { entity } = target.state;
    states.set(entity.flag, { ...entity, ...(edits[i] as Required<StateEdit>) } as FlagState);
  });
  const changes = promotions.flatMap(({ source, target }, i) => {
    const change = named(target.flag.key, () => editState(target, edits[i] ?? {}, { ...around, states }, by).change);
    return change === null ? [] : [fromThere(change, source.entity.environment)];
  });
  const [first] = changes;
  if (first === undefined) return null;
  const writes = changes.flatMap((change) => change.writes);
  return { environments: first.environments, writes: onceEach(writes), audit: changes.flatMap((change) => change.audit) };
}

/** A flag and what it needs where it comes from, each once, the flag first. `sources` are that environment's states by flag. */
export function promotionOrder(flag: string, sources: ReadonlyMap<string, FlagState>): string[] {
  const found = new Set([flag]);
  for (const key of found) for (const needed of sources.get(key)?.prerequisites ?? []) found.add(needed.flag);
  return [...found];
}

/** Throws `invalid` where there is nothing to promote from. */
export function demandOtherPlace(source: string, target: string): void {
  if (source === target) throw invalid({ field: 'from', message: `must be another environment than ${target}` });
}

/** A refusal of one of several flags says which. */
function named<T>(flag: string, decide: () => T): T {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof BurgeeError)) throw error;
    throw new BurgeeError(error.code, `${flag}: ${error.message}`, error.details, error);
  }
}

/** What makes a rule the same one: all but its name, its id and its percent. */
function meaning({ id: _, title: __, percent: ___, ramp: ____, ...rule }: Rule): object {
  return rule;
}

function fromThere(change: Change, source: string): Change {
  const audit = change.audit.map((entry) => ({
    ...entry,
    action: 'state.promoted',
    summary: `${entry.summary.replace(/\.$/, '')}; as in ${source}.`,
  }));
  return { ...change, audit };
}

/** Several edits may each touch the environment: one write of it is enough. */
function onceEach(writes: readonly Write[]): Write[] {
  const seen = new Set<string>();
  return writes.filter((write) => {
    if (!('put' in write) || write.put !== 'environment') return true;
    const isNew = !seen.has(write.entity.key);
    seen.add(write.entity.key);
    return isNew;
  });
}
