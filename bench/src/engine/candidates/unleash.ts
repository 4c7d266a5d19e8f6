import { InMemStorageProvider, Unleash } from 'unleash-client';
import type { Candidate } from '../candidate.ts';
import type { Clause, DescribedFlag } from '../described.ts';

type Context = NonNullable<Parameters<Unleash['isEnabled']>[1]>;
type Bootstrap = NonNullable<NonNullable<ConstructorParameters<typeof Unleash>[0]['bootstrap']>['data']>;
type Segments = NonNullable<NonNullable<ConstructorParameters<typeof Unleash>[0]['bootstrap']>['segments']>;

function constraintOf(clause: Exclude<Clause, { of: 'segment' }>): unknown {
  const rest = { contextName: clause.of, inverted: false, caseInsensitive: false };
  if (clause.of === 'country') return { ...rest, operator: 'IN', values: clause.among };
  if (clause.of === 'plan') return { ...rest, operator: 'IN', values: [clause.is] };
  return { ...rest, operator: 'SEMVER_GTE', values: [], value: clause.atLeast };
}

const DEFAULT = { name: 'default', parameters: {}, constraints: [] };

function featureOf(flag: DescribedFlag, segments: ReadonlyMap<string, number>): unknown {
  const rest = { name: flag.key, type: 'release', enabled: true, stale: false, impressionData: false };
  if (flag.of === 'json') {
    const variants = flag.variants.map(({ name, percent, value }) => ({
      ...{ name, weight: percent * 10, stickiness: 'userId' },
      payload: { type: 'json', value: JSON.stringify(value) },
    }));
    return { ...rest, strategies: [DEFAULT], variants };
  }
  if (flag.rules.length === 0) return { ...rest, strategies: [DEFAULT], variants: [] };
  const strategies = flag.rules.map(({ clauses, percent }) => ({
    name: 'flexibleRollout',
    parameters: { groupId: flag.key, rollout: String(percent), stickiness: 'userId' },
    constraints: clauses.flatMap((clause) => (clause.of === 'segment' ? [] : [constraintOf(clause)])),
    segments: clauses.flatMap((clause) => (clause.of === 'segment' ? [segments.get(clause.key)] : [])),
  }));
  return { ...rest, strategies, variants: [] };
}

/** JSON values are texts: its users would parse those of S5, which is not counted against it. */
export const unleash: Candidate = {
  name: 'unleash 6.12.1',
  counts: true,
  configure({ flags, segments }) {
    const numbers = new Map(segments.map(({ key }, i) => [key, i + 1]));
    return JSON.stringify({
      version: 2,
      features: flags.map((flag) => featureOf(flag, numbers)),
      segments: segments.map(({ key, ids }) => ({
        id: numbers.get(key),
        constraints: [{ contextName: 'userId', operator: 'IN', values: ids, inverted: false, caseInsensitive: false }],
      })),
    });
  },
  async open(config, { counting } = {}) {
    const { features, segments } = JSON.parse(config) as { readonly features: Bootstrap; readonly segments: Segments };
    const unleash = new Unleash({
      appName: 'bench',
      url: counting ?? 'http://127.0.0.1:9/api',
      refreshInterval: 0,
      disableMetrics: counting === undefined,
      storageProvider: new InMemStorageProvider(),
      bootstrap: { data: features, segments },
      skipInstanceCountWarning: true,
      disableAutoStart: true,
    });
    unleash.on('error', () => undefined);
    unleash.on('warn', () => undefined);
    // it also asks its server, in vain; who waits for that as well would wait longer
    await new Promise<void>((resolve, reject) => {
      unleash.once('ready', () => resolve());
      unleash.start().catch(reject);
    });
    return {
      context: ({ id, country, plan, version }) => ({ userId: id, properties: { country, plan, version } }),
      now: {
        boolean: (key, context) => unleash.isEnabled(key, context as Context, false),
        // of {"number":2,…
        number: (key, context) => (unleash.getVariant(key, context as Context).payload?.value ?? '').charCodeAt(10) - 48,
      },
      later: null,
      close: async () => (counting === undefined ? unleash.destroy() : unleash.destroyWithFlush()),
    };
  },
};
