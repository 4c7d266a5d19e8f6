import { createInstance } from '@featurevisor/sdk';
import type { Candidate } from '../candidate.ts';
import { type Clause, cumulative, type DescribedFlag, type DescribedRule, type Payload } from '../described.ts';

type Context = NonNullable<Parameters<ReturnType<typeof createInstance>['isEnabled']>[1]>;
type Datafile = Exclude<NonNullable<Parameters<typeof createInstance>[0]>['datafile'], string | undefined>;

const WHOLE = 100_000;

/** Rules refer to conditions as segments; one for each clause. */
const nameOf = (clause: Clause): string =>
  clause.of === 'segment'
    ? clause.key
    : clause.of === 'country'
      ? `in-${clause.among.join('-')}`
      : clause.of === 'plan'
        ? clause.is
        : clause.atLeast;

function conditionOf(clause: Exclude<Clause, { of: 'segment' }>): unknown {
  if (clause.of === 'country') return { attribute: 'country', operator: 'in', value: clause.among };
  if (clause.of === 'plan') return { attribute: 'plan', operator: 'equals', value: clause.is };
  return { attribute: 'version', operator: 'semverGreaterThanOrEquals', value: clause.atLeast };
}

function trafficOf({ clauses, percent }: DescribedRule, i: number): unknown {
  const segments = clauses.length === 0 ? '*' : { and: clauses.map(nameOf) };
  return {
    key: String(i),
    segments: clauses.length === 1 && clauses[0] ? nameOf(clauses[0]) : segments,
    percentage: percent * 1_000,
  };
}

function featureOf(flag: DescribedFlag): unknown {
  if (flag.of === 'boolean') {
    const everybody: DescribedRule = { clauses: [], percent: 100 };
    return { bucketBy: 'userId', traffic: (flag.rules.length === 0 ? [everybody] : flag.rules).map(trafficOf) };
  }
  const allocation = cumulative(flag.variants).map(({ variant: { name }, from, to }) => ({
    variation: name,
    range: [from * 1_000, to * 1_000],
  }));
  return {
    bucketBy: 'userId',
    variablesSchema: { layout: { type: 'object', defaultValue: flag.variants[0]?.value } },
    variations: flag.variants.map(({ name, percent, value }) => ({ value: name, weight: percent, variables: { layout: value } })),
    traffic: [{ key: 'all', segments: '*', percentage: WHOLE, allocation }],
  };
}

export const featurevisor: Candidate = {
  name: 'featurevisor 2.0.0',
  counts: false,
  configure({ flags, segments }) {
    const named = new Map<string, unknown>(
      segments.map(({ key, ids }) => [key, { conditions: [{ attribute: 'userId', operator: 'in', value: ids }] }]),
    );
    for (const flag of flags) {
      for (const { clauses } of flag.of === 'boolean' ? flag.rules : []) {
        for (const clause of clauses)
          if (clause.of !== 'segment') named.set(nameOf(clause), { conditions: [conditionOf(clause)] });
      }
    }
    const features = Object.fromEntries(flags.map((flag) => [flag.key, featureOf(flag)]));
    return JSON.stringify({ schemaVersion: '2', revision: '1', segments: Object.fromEntries(named), features });
  },
  async open(config) {
    const instance = createInstance({ datafile: JSON.parse(config) as Datafile, logLevel: 'fatal' });
    return {
      context: ({ id, country, plan, version }) => ({ userId: id, country, plan, version }),
      now: {
        boolean: (key, context) => instance.isEnabled(key, context as Context),
        number: (key, context) => (instance.getVariableObject(key, 'layout', context as Context) as unknown as Payload).number,
      },
      later: null,
      close: async () => instance.close(),
    };
  },
};
