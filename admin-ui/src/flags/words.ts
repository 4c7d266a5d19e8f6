import type { Condition, Leaf, Rule, Serve } from '@burgee/engine';
import type { NewRule, Targeting } from '../api/changes.ts';
import { text } from '../text/catalogue.ts';
import { percent as percentWords } from '../text/format.ts';

const t = text.rules;

function leafWords(leaf: Leaf): string {
  const operator = t.operators[leaf.operator] ?? { is: leaf.operator, not: `${t.not} ${leaf.operator}` };
  const verb = leaf.negate ? operator.not : operator.is;
  const values = leaf.values.map(String).join(` ${t.or} `);
  return [leaf.attribute, verb, values].filter((part) => part !== '').join(' ');
}

/** A condition as part of a sentence: `country is DE or AT and (plan is pro or seats > 10)`. */
export function conditionWords(condition: Condition, nested = false): string {
  if ('all' in condition || 'any' in condition) {
    const parts = 'all' in condition ? condition.all : condition.any;
    const joined = parts.map((part) => conditionWords(part, true)).join('all' in condition ? ` ${t.and} ` : ` ${t.or} `);
    return nested && parts.length > 1 ? `(${joined})` : joined;
  }
  if ('not' in condition) return `${t.not} (${conditionWords(condition.not)})`;
  if ('opaque' in condition) return t.opaque;
  return leafWords(condition);
}

/** The bucketing attribute in words: `by user`. */
export function byWords(by: string): string {
  if (by === 'default') return t.by.default;
  return by === 'random' ? t.by.random : t.by.attribute(by);
}

/** Whom a rule is about, before its percent. */
export function audienceWords(rule: Pick<Rule, 'when' | 'segments'>): string {
  const segments = (rule.segments ?? []).map((s) => (s.negate ? t.notInSegment(s.segment) : t.inSegment(s.segment)));
  const condition = rule.when ? conditionWords(rule.when) : '';
  if (condition !== '') return [t.where(condition), ...segments].join(` ${t.and} `);
  return segments.length > 0 ? t.everyoneIn(segments.join(` ${t.and} `)) : t.anyone;
}

/** The people that a rule takes: `25 % by user`, `25 % by user of everyone whose country is DE`, `everyone`. */
export function whoWords(rule: NewRule): string {
  const audience = audienceWords(rule);
  if (rule.percent >= 100) return audience;
  const share = `${percentWords(rule.percent)} ${byWords(rule.by)}`;
  return audience === t.anyone ? share : t.of(share, audience);
}

/** What a rule gives: `on`, `50 % red, 50 % blue`. */
export function serveWords(serve: Serve): string {
  if ('variant' in serve) return serve.variant;
  const sum = serve.split.weights.reduce((all, { weight }) => all + weight, 0) || 1;
  return serve.split.weights.map(({ variant, weight }) => `${percentWords((100 * weight) / sum)} ${variant}`).join(', ');
}

/** A rule as a sentence: `25 % by user → on`. */
export const ruleWords = (rule: NewRule): string => t.gets(whoWords(rule), serveWords(rule.serve));

/** Who gets anything but the off variant while the flag is on. */
export function reachWords(targeting: Targeting): string {
  if (targeting.defaultVariant !== targeting.offVariant) return t.anyone;
  const taking = targeting.rules.filter((rule) => rule.percent > 0 && servesSomething(rule, targeting.offVariant));
  return taking.length === 0 ? t.changes.nobody : taking.map(whoWords).join(` ${t.and} `);
}

function servesSomething(rule: NewRule, offVariant: string): boolean {
  if ('variant' in rule.serve) return rule.serve.variant !== offVariant;
  return rule.serve.split.weights.some(({ variant, weight }) => weight > 0 && variant !== offVariant);
}

/** What the list shows of a state that is on: its percent when one number tells it, else null. */
export function reachPercent(targeting: Pick<Targeting, 'rules' | 'defaultVariant' | 'offVariant'>): number | null {
  if (targeting.defaultVariant !== targeting.offVariant) return targeting.rules.length === 0 ? 100 : null;
  const [first, ...others] = targeting.rules;
  if (!first) return 0;
  return others.length === 0 ? first.percent : null;
}
