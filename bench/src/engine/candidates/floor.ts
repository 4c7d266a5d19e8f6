import type { Ruleset, RulesetFlag } from '@burgee/engine';
import type { Candidate } from '../candidate.ts';
import type { Payload } from '../described.ts';
import type { Person } from '../people.ts';
import { rulesetOf } from './burgee.ts';

// The least that evaluating can cost: nothing is checked, reported or explained, and only what the
// scenarios hold is understood. It counts nothing where the others do, so that their counting is measured against none.

type Test = (who: Person) => boolean;
type Decide = (who: Person) => unknown;

const mix = (hash: number, block: number): number => {
  const k = Math.imul(block, 0xcc9e2d51);
  const h = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
};

/** murmur3-32 of an ASCII text, unsigned. */
function murmur3(text: string, seed: number): number {
  const end = text.length & ~3;
  let h = seed;
  for (let i = 0; i < end; i += 4) {
    const block =
      text.charCodeAt(i) | (text.charCodeAt(i + 1) << 8) | (text.charCodeAt(i + 2) << 16) | (text.charCodeAt(i + 3) << 24);
    h = mix(h, block);
  }
  let tail = 0;
  for (let i = end; i < text.length; i++) tail |= text.charCodeAt(i) << ((i & 3) << 3);
  const k = Math.imul(tail, 0xcc9e2d51);
  h ^= Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  h ^= text.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** `major.minor.patch` as one number; parts below 1,000. */
function versionNumber(text: string): number {
  let number = 0;
  let part = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      number = number * 1_000 + part;
      part = 0;
    } else part = part * 10 + code - 48;
  }
  return number * 1_000 + part;
}

type Leaf = Extract<NonNullable<RulesetFlag['rules'][number]['when']>, { readonly attribute: string }>;

const tests: Readonly<Record<string, (values: readonly string[]) => Test>> = {
  country: (values) => {
    const among = new Set(values);
    return (who) => among.has(who.country);
  },
  plan: ([wanted]) => {
    return (who) => who.plan === wanted;
  },
  version: ([least = '']) => {
    const number = versionNumber(least);
    return (who) => versionNumber(who.version) >= number;
  },
  targetingKey: (values) => {
    const among = new Set(values);
    return (who) => among.has(who.id);
  },
};

const testOf = (leaf: Leaf): Test => (tests[leaf.attribute] as (typeof tests)[string])(leaf.values as string[]);

function conjunction(all: readonly Test[]): Test | null {
  const [a, b, c] = all;
  if (a === undefined) return null;
  if (b === undefined) return a;
  if (c === undefined) return (who) => a(who) && b(who);
  return (who) => a(who) && b(who) && c(who);
}

function decisionOf(flag: RulesetFlag, segments: ReadonlyMap<string, Test>): Decide {
  const values = new Map(flag.variants.map(({ key, value }) => [key, value]));
  const fallback = values.get(flag.defaultVariant);
  const seed = murmur3(flag.key, 0);
  const rules = flag.rules.map((rule) => {
    const leaves = rule.when === undefined ? [] : 'all' in rule.when ? rule.when.all : [rule.when];
    const references = (rule.segments ?? []).map(({ segment }) => segments.get(segment) as Test);
    const test = conjunction([...leaves.map((leaf) => testOf(leaf as Leaf)), ...references]);
    const limit = (rule.percent / 100) * 2 ** 32;
    if ('variant' in rule.serve) return { test, limit, value: values.get(rule.serve.variant), split: null };
    let upTo = 0;
    const split = rule.serve.split.weights.map(({ variant, weight }) => {
      upTo += weight;
      return { limit: (upTo / 1_000) * 2 ** 32, value: values.get(variant) };
    });
    return { test, limit, value: undefined, split };
  });
  if (rules.length === 0) return () => fallback;
  const [only] = rules;
  if (rules.length === 1 && only !== undefined && only.split !== null) {
    const { split } = only;
    return (who) => {
      const hash = murmur3(who.id, seed);
      for (let i = 0; i < split.length; i++) {
        const part = split[i] as (typeof split)[number];
        if (hash < part.limit) return part.value;
      }
      return fallback;
    };
  }
  return (who) => {
    for (let i = 0; i < rules.length; i++) {
      const { test, limit, value } = rules[i] as (typeof rules)[number];
      if (test !== null && !test(who)) continue;
      if (limit === 2 ** 32 || murmur3(who.id, seed) < limit) return value;
    }
    return fallback;
  };
}

export const floor: Candidate = {
  name: 'floor',
  counts: true,
  configure: (described) => JSON.stringify(rulesetOf(described)),
  async open(config) {
    const { flags, segments } = JSON.parse(config) as Ruleset;
    const tested = new Map(segments.map(({ key, when }) => [key, testOf(when as Leaf)]));
    const decisions = new Map<string, Decide>();
    // keys as the names that an application's code has, so that looking one up compares addresses
    for (const flag of flags) decisions.set(Object.keys({ [flag.key]: 0 })[0] ?? '', decisionOf(flag, tested));
    const decide = (key: string, who: unknown): unknown => (decisions.get(key) as Decide)(who as Person);
    return {
      context: (person) => person,
      now: {
        boolean: (key, who) => decide(key, who) === true,
        number: (key, who) => (decide(key, who) as Payload).number,
      },
      later: null,
      close: async () => undefined,
    };
  },
};
