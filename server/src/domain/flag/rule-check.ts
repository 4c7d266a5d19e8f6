import type { Prerequisite, Rule, Serve, Split } from '@burgee/engine';
import { isEqual } from '../differences.ts';
import type { Refuse } from '../mistakes.ts';
import { checkInnerKey, checkLine, checkUnique, listed } from '../text-check.ts';
import { checkCondition, RULE_CONDITION } from './condition-check.ts';
import type { Flag, FlagState } from './flag.ts';
import { findCycle } from './references.ts';

/** What a state's parts are checked against. */
export interface Surroundings {
  /** By key; need only hold the flags that prerequisites name. */
  readonly flags: ReadonlyMap<string, Flag>;
  /** The environment's states by flag; need only hold what can be reached along prerequisites. */
  readonly states: ReadonlyMap<string, FlagState>;
  readonly segments: ReadonlySet<string>;
  readonly patternOk: (pattern: string) => boolean;
}

const MOST_RULES = 200;
const MOST_SEGMENTS = 50;
const MOST_PREREQUISITES = 50;
const WEIGHTS = 1_000;

/**
 * Notes what is wrong with a state's new rules. What a rule had before (the same id) and keeps is not checked again, so that what
 * an import brought survives edits of its neighbours.
 */
export function checkRules(rules: readonly Rule[], before: FlagState, flag: Flag, around: Surroundings, refuse: Refuse): void {
  if (rules.length > MOST_RULES) refuse('rules', `must be at most ${MOST_RULES} rules`);
  checkUnique(
    rules.map(({ id }) => id),
    (index) => `rules[${index}].id`,
    refuse,
  );
  const old = new Map(before.rules.map((rule) => [rule.id, rule]));
  rules.forEach((rule, index) => {
    const at = `rules[${index}]`;
    const was = old.get(rule.id);
    const isNew = (field: keyof Rule) => was === undefined || !isEqual(rule[field], was[field]);
    if (was === undefined) checkInnerKey(rule.id, `${at}.id`, refuse);
    if (rule.title !== undefined && isNew('title')) checkLine(rule.title, `${at}.title`, { max: 200 }, refuse);
    if (rule.when !== undefined && isNew('when'))
      checkCondition(rule.when, `${at}.when`, { ...RULE_CONDITION, patternOk: around.patternOk }, refuse);
    if (isNew('segments')) checkSegments(rule, at, around.segments, refuse);
    checkPercent(rule.percent, `${at}.percent`, refuse);
    if (isNew('by')) checkLine(rule.by, `${at}.by`, { min: 1, max: 100 }, refuse);
    if (rule.salt !== undefined && isNew('salt')) checkLine(rule.salt, `${at}.salt`, { min: 1, max: 100 }, refuse);
    if (isNew('serve')) checkServe(rule.serve, `${at}.serve`, flag, refuse);
  });
}

/** 2.007 is the double nearest to 2007 / 1000, so a percent of at most three decimals is exactly its thousandths divided. */
export function checkPercent(percent: number, at: string, refuse: Refuse): void {
  if (!(percent >= 0 && percent <= 100)) refuse(at, 'must be 0 to 100');
  else if (Math.round(percent * 1000) / 1000 !== percent) refuse(at, 'must have at most 3 decimals');
}

/** Notes a variant that the flag does not have. */
export function checkVariant(variant: string, at: string, flag: Flag, refuse: Refuse): void {
  if (flag.variants.some(({ key }) => key === variant)) return;
  refuse(at, `must be one of ${flag.key}'s variants: ${listed(flag.variants.map(({ key }) => key))}`);
}

function checkSegments({ segments = [] }: Rule, at: string, known: ReadonlySet<string>, refuse: Refuse): void {
  if (segments.length > MOST_SEGMENTS) refuse(`${at}.segments`, `must be at most ${MOST_SEGMENTS} segments`);
  checkUnique(
    segments.map(({ segment }) => segment),
    (index) => `${at}.segments[${index}].segment`,
    refuse,
  );
  segments.forEach(({ segment }, index) => {
    if (!known.has(segment)) refuse(`${at}.segments[${index}].segment`, 'must be the key of a segment of this project');
  });
}

function checkServe(serve: Serve, at: string, flag: Flag, refuse: Refuse): void {
  if ('split' in serve) checkSplit(serve.split, at, flag, refuse);
  else checkVariant(serve.variant, `${at}.variant`, flag, refuse);
}

function checkSplit({ by, salt, weights }: Split, at: string, flag: Flag, refuse: Refuse): void {
  if (by !== undefined) checkLine(by, `${at}.split.by`, { min: 1, max: 100 }, refuse);
  if (salt !== undefined) checkLine(salt, `${at}.split.salt`, { min: 1, max: 100 }, refuse);
  checkUnique(
    weights.map(({ variant }) => variant),
    (index) => `${at}.split.weights[${index}].variant`,
    refuse,
  );
  weights.forEach(({ variant, weight }, index) => {
    const here = `${at}.split.weights[${index}]`;
    checkVariant(variant, `${here}.variant`, flag, refuse);
    if (!Number.isInteger(weight) || weight < 0 || weight > WEIGHTS)
      refuse(`${here}.weight`, 'must be a whole number, 0 to 1000');
  });
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  if (sum !== WEIGHTS) refuse(`${at}.split.weights`, `must sum to ${WEIGHTS}, not ${sum}`);
}

/** Notes what is wrong with a state's new prerequisites. */
export function checkPrerequisites(
  prerequisites: readonly Prerequisite[],
  flag: Flag,
  around: Surroundings,
  refuse: Refuse,
): void {
  const at = (index: number) => `prerequisites[${index}]`;
  if (prerequisites.length > MOST_PREREQUISITES) refuse('prerequisites', `must be at most ${MOST_PREREQUISITES}`);
  checkUnique(
    prerequisites.map((p) => p.flag),
    (index) => `${at(index)}.flag`,
    refuse,
  );
  for (const [index, prerequisite] of prerequisites.entries()) {
    const other = around.flags.get(prerequisite.flag);
    const wrong = refusal(prerequisite, flag, other, around);
    if (wrong !== null) refuse(`${at(index)}.flag`, wrong);
    if (prerequisite.variants.length === 0) refuse(`${at(index)}.variants`, 'must name at least one variant');
    checkUnique(prerequisite.variants, (i) => `${at(index)}.variants[${i}]`, refuse);
    if (other === undefined) continue;
    for (const [i, variant] of prerequisite.variants.entries())
      checkVariant(variant, `${at(index)}.variants[${i}]`, other, refuse);
  }
}

function refusal({ flag: wanted }: Prerequisite, flag: Flag, other: Flag | undefined, around: Surroundings): string | null {
  if (wanted === flag.key) return 'must be another flag';
  if (other === undefined) return 'must be the key of a flag of this project';
  if (other.archived) return 'must be a flag that is not archived';
  const cycle = findCycle(flag.key, [wanted], around.states);
  return cycle === null ? null : `must not lead back to this flag: ${cycle.join(' -> ')}`;
}
