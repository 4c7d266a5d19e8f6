import { createClient } from '@burgee/client-sdk/node';
import type { Condition, Rule, Ruleset, RulesetFlag } from '@burgee/engine';
import type { Candidate } from '../candidate.ts';
import type { Clause, Described, DescribedFlag, Payload } from '../described.ts';
import { serveRuleset } from '../endpoint.ts';

const BOOLEAN = [
  { key: 'on', value: true },
  { key: 'off', value: false },
];

function conditionOf(clause: Exclude<Clause, { of: 'segment' }>): Condition {
  if (clause.of === 'country') return { attribute: 'country', operator: 'in', values: clause.among };
  if (clause.of === 'plan') return { attribute: 'plan', operator: 'in', values: [clause.is] };
  return { attribute: 'version', operator: 'semver_gte', values: [clause.atLeast] };
}

function flagOf(flag: DescribedFlag): RulesetFlag {
  const rest = { key: flag.key, browserAccess: 'none', enabled: true, killed: false, prerequisites: [] } as const;
  if (flag.of === 'json') {
    const variants = flag.variants.map(({ name, value }) => ({ key: name, value: { ...value, limits: { ...value.limits } } }));
    const [first = ''] = variants.map(({ key }) => key);
    const weights = flag.variants.map(({ name, percent }) => ({ variant: name, weight: percent * 10 }));
    const rule: Rule = { id: 'r1', percent: 100, by: 'default', serve: { split: { weights } } };
    return { ...rest, type: 'json', variants, rules: [rule], defaultVariant: first, offVariant: first };
  }
  const rules = flag.rules.map(({ clauses, percent }, i): Rule => {
    const conditions = clauses.flatMap((clause) => (clause.of === 'segment' ? [] : [conditionOf(clause)]));
    const segments = clauses.flatMap((clause) => (clause.of === 'segment' ? [{ segment: clause.key }] : []));
    const [only] = conditions;
    return {
      id: `r${i + 1}`,
      ...(only !== undefined && { when: conditions.length === 1 ? only : { all: conditions } }),
      ...(segments.length > 0 && { segments }),
      percent,
      by: 'default',
      serve: { variant: 'on' },
    };
  });
  const defaultVariant = rules.length === 0 ? 'on' : 'off';
  return { ...rest, type: 'boolean', variants: BOOLEAN, rules, defaultVariant, offVariant: 'off' };
}

/** The environment as Burgee's own ruleset. */
export function rulesetOf({ flags, segments }: Described): Ruleset {
  return {
    schema: 1,
    project: 'bench',
    environment: 'production',
    revision: { epoch: 1, n: 1 },
    flags: flags.map(flagOf),
    segments: segments.map(({ key, ids }, i) => ({
      key,
      number: i + 1,
      when: { attribute: 'targetingKey', operator: 'in', values: ids },
    })),
  };
}

const NOTHING: Payload = { number: -1, title: '', steps: [], limits: { items: 0, retries: 0 } };

export const burgee: Candidate = {
  name: 'Burgee',
  counts: true,
  configure: (described) => JSON.stringify(rulesetOf(described)),
  async open(config, { counting } = {}) {
    const served = counting === undefined ? null : await serveRuleset(config);
    const client =
      served === null
        ? createClient({ offline: true, bootstrap: config })
        : createClient({ url: served.url, key: 'bg_srv_bench' });
    const { source } = await client.ready({ timeout: 10_000 });
    if (source !== (served === null ? 'bootstrap' : 'live')) throw new Error(`the client answers from ${source}`);
    return {
      context: ({ id, country, plan, version }) => ({ targetingKey: id, country, plan, version }),
      now: {
        boolean: (key, context) => client.boolean(key, context as Record<string, unknown>, false),
        number: (key, context) => client.json(key, context as Record<string, unknown>, NOTHING).number,
      },
      later: null,
      ...(served !== null && { counted: served.counted }),
      async close() {
        await client.close();
        await served?.close();
      },
    };
  },
};
