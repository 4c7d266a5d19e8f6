import { type FeatureApiResponse, GrowthBookClient, type UserContext } from '@growthbook/growthbook';
import type { Candidate } from '../candidate.ts';
import type { Clause, DescribedFlag, DescribedRule, Payload } from '../described.ts';

type Condition = Readonly<Record<string, unknown>>;

function conditionOf(clause: Clause): Condition {
  if (clause.of === 'country') return { country: { $in: clause.among } };
  if (clause.of === 'plan') return { plan: clause.is };
  if (clause.of === 'version') return { version: { $vgte: clause.atLeast } };
  return { id: { $inGroup: clause.key } };
}

function ruleOf({ clauses, percent }: DescribedRule, key: string, isCounting: boolean): unknown {
  const condition = Object.assign({}, ...clauses.map(conditionOf)) as Condition;
  const when = clauses.length === 0 ? {} : { condition };
  if (percent === 100) return { ...when, force: true };
  // only experiments are told to a tracking callback
  if (isCounting)
    return { ...when, key, variations: [true, false], weights: [percent / 100, 1 - percent / 100], hashAttribute: 'id' };
  return { ...when, force: true, coverage: percent / 100, hashAttribute: 'id' };
}

function featureOf(flag: DescribedFlag, isCounting: boolean): unknown {
  if (flag.of === 'json') {
    const variations = flag.variants.map(({ value }) => value);
    const weights = flag.variants.map(({ percent }) => percent / 100);
    return { defaultValue: variations[0], rules: [{ key: flag.key, variations, weights, hashAttribute: 'id' }] };
  }
  if (flag.rules.length === 0) return { defaultValue: true };
  return { defaultValue: false, rules: flag.rules.map((rule) => ruleOf(rule, flag.key, isCounting)) };
}

const NOTHING = { number: -1 } as Payload;

export const growthbook: Candidate = {
  name: 'growthbook 1.8.0',
  counts: true,
  configure: ({ flags, segments }, isCounting) =>
    JSON.stringify({
      features: Object.fromEntries(flags.map((flag) => [flag.key, featureOf(flag, isCounting)])),
      savedGroups: Object.fromEntries(segments.map(({ key, ids }) => [key, ids])),
    }),
  async open(config, { counting } = {}) {
    const counts = new Map<string, number>();
    let counted = 0;
    const trackingCallback = ({ key }: { readonly key: string }, { variationId }: { readonly variationId: number }): void => {
      const name = `${key}/${variationId}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      counted++;
    };
    const client = new GrowthBookClient(counting === undefined ? {} : { trackingCallback });
    client.initSync({ payload: JSON.parse(config) as FeatureApiResponse });
    return {
      context: ({ id, country, plan, version }) => ({ attributes: { id, country, plan, version } }),
      now: {
        boolean: (key, user) => client.isOn(key, user as UserContext),
        number: (key, user) => (client.getFeatureValue(key, NOTHING, user as UserContext) as Payload).number,
      },
      later: null,
      counted: () => counted,
      close: async () => client.destroy(),
    };
  },
};
