import { murmur3, type Rule } from '@burgee/engine';
import type { Flag, FlagState } from '../flag/flag.ts';
import type { Rollout } from './rollout.ts';

/** What a rollout finds where its rule should be. */
export type Target =
  | { readonly kind: 'ours'; readonly rule: Rule }
  /** A person changed the rule since we last wrote it: theirs wins. */
  | { readonly kind: 'edited'; readonly rule: Rule; readonly text: string }
  /** Nothing is left to ramp. */
  | { readonly kind: 'gone'; readonly code: 'deleted' | 'archived' | 'killed' | 'disabled'; readonly text: string };

/** A controller asks for the same list at every tick until somebody changes it. */
const known = new WeakMap<readonly Rule[], Map<string, string>>();

/** 64 bits of the rule's meaning and place, without percent, title and ramp mark. The list must not be changed afterwards. */
export function digestRule(rules: readonly Rule[], id: string): string {
  const digests = known.get(rules) ?? new Map<string, string>();
  known.set(rules, digests);
  const digest = digests.get(id) ?? makeDigest(rules, id);
  digests.set(id, digest);
  return digest;
}

function makeDigest(rules: readonly Rule[], id: string): string {
  const place = rules.findIndex((rule) => rule.id === id);
  const rule = rules[place];
  if (rule === undefined) return 'none';
  const { when, segments, by, salt, serve } = rule;
  const text = canonical({ place, when, segments: segments ?? [], by, salt, serve });
  return [0, 1].map((seed) => murmur3(text, seed).toString(16).padStart(8, '0')).join('');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`)
    .join(',')}}`;
}

/** Compares what stands in the flag with what the rollout last wrote. */
export function targetOf(rollout: Rollout, flag: Flag | undefined, state: FlagState | undefined): Target {
  const gone = (code: 'deleted' | 'archived' | 'killed' | 'disabled', text: string): Target => ({ kind: 'gone', code, text });
  if (flag === undefined || state === undefined) return gone('deleted', 'The flag was deleted.');
  if (flag.archived) return gone('archived', 'The flag was archived.');
  if (state.killed) return gone('killed', `The flag was killed: ${state.killed.reason}`);
  if (!state.enabled) return gone('disabled', 'The flag was switched off.');
  const rule = state.rules.find(({ id }) => id === rollout.rule);
  if (rule === undefined) return gone('deleted', 'The rule was removed from the flag.');
  if (rule.percent !== rollout.percent) {
    return { kind: 'edited', rule, text: `Somebody set the rule to ${rule.percent} % while it stood at ${rollout.percent} %.` };
  }
  if (digestRule(state.rules, rollout.rule) !== rollout.ruleDigest) {
    return { kind: 'edited', rule, text: 'Somebody changed whom the rule addresses, what it serves or its place.' };
  }
  return { kind: 'ours', rule };
}

/** The rules with one percent changed and nothing else. */
export function withPercent(rules: readonly Rule[], id: string, percent: number): Rule[] {
  return rules.map((rule) => (rule.id === id ? { ...rule, percent } : rule));
}
