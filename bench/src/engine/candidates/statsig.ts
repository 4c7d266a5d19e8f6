import { createRequire } from 'node:module';
import type { StatsigServer as Server, StatsigUser } from 'statsig-node';
import type { Candidate } from '../candidate.ts';
import { type Clause, cumulative, type DescribedFlag, type DescribedSegment, type JsonFlag } from '../described.ts';

const { StatsigServer } = createRequire(import.meta.url)('statsig-node') as { readonly StatsigServer: typeof Server };

function conditionOf(clause: Clause): unknown {
  const rest = { type: 'user_field', additionalValues: {}, isDeviceBased: false, idType: 'userID' };
  if (clause.of === 'country') return { ...rest, field: 'country', operator: 'any', targetValue: clause.among };
  if (clause.of === 'plan') return { ...rest, field: 'plan', operator: 'any', targetValue: [clause.is] };
  if (clause.of === 'version') return { ...rest, field: 'version', operator: 'version_gte', targetValue: clause.atLeast };
  return { ...rest, type: 'pass_gate', targetValue: `segment:${clause.key}`, operator: null, field: null };
}

const EVERYBODY = { type: 'public', targetValue: null, operator: null, field: null, additionalValues: {}, idType: 'userID' };

function gateOf(flag: Exclude<DescribedFlag, JsonFlag>): unknown {
  const described = flag.rules.length === 0 ? [{ clauses: [], percent: 100 }] : flag.rules;
  const rules = described.map(({ clauses, percent }, i) => ({
    ...{ name: `r${i}`, id: `r${i}`, salt: `${flag.key}-r${i}`, groupName: `r${i}`, idType: 'userID', isDeviceBased: false },
    ...{ passPercentage: percent, returnValue: true },
    conditions: clauses.length === 0 ? [EVERYBODY] : clauses.map(conditionOf),
  }));
  return { ...gate(flag.key), rules };
}

const gate = (name: string): object => ({
  ...{ name, type: 'feature_gate', salt: name, enabled: true, defaultValue: false, isDeviceBased: false, idType: 'userID' },
  entity: 'feature_gate',
});

function segmentOf({ key, ids }: DescribedSegment): unknown {
  const condition = { ...EVERYBODY, type: 'unit_id', operator: 'any_case_sensitive', targetValue: ids };
  const rule = {
    name: 'ids',
    id: 'ids',
    salt: key,
    passPercentage: 100,
    returnValue: true,
    idType: 'userID',
    conditions: [condition],
  };
  return { ...gate(`segment:${key}`), entity: 'segment', rules: [rule] };
}

function experimentOf({ key, variants }: JsonFlag): unknown {
  const rules = cumulative(variants).map(({ variant: { name, value }, to }) => ({
    ...{ name, id: name, salt: name, groupName: name, passPercentage: 100, returnValue: value, idType: 'userID' },
    ...{ isExperimentGroup: true, isDeviceBased: false },
    conditions: [{ ...EVERYBODY, type: 'user_bucket', operator: 'lt', targetValue: to * 10, additionalValues: { salt: key } }],
  }));
  const rest = { name: key, type: 'dynamic_config', salt: key, enabled: true, idType: 'userID', isDeviceBased: false };
  return { ...rest, defaultValue: variants[0]?.value, entity: 'experiment', isActive: true, explicitParameters: [], rules };
}

export const statsig: Candidate = {
  name: 'statsig 6.5.2',
  counts: true,
  configure: ({ flags, segments }) =>
    JSON.stringify({
      has_updates: true,
      time: 1,
      feature_gates: [...flags.flatMap((flag) => (flag.of === 'json' ? [] : [gateOf(flag)])), ...segments.map(segmentOf)],
      dynamic_configs: flags.flatMap((flag) => (flag.of === 'json' ? [experimentOf(flag)] : [])),
      layer_configs: [],
      layers: {},
      id_lists: {},
    }),
  async open(config, { counting } = {}) {
    const quiet = { initStrategyForIP3Country: 'none', initStrategyForIDLists: 'none', disableDiagnostics: true } as const;
    const still = { disableRulesetsSync: true, disableIdListsSync: true };
    const where = counting === undefined ? { localMode: true } : { api: `${counting}/v1`, fallbackToStatsigAPI: false };
    const server = new StatsigServer('secret-bench', { bootstrapValues: config, ...quiet, ...still, ...where });
    await server.initializeAsync();
    return {
      context: ({ id, country, plan, version }) => ({ userID: id, country, custom: { plan, version } }),
      now: {
        boolean: (key, user) => server.checkGate(user as StatsigUser, key),
        number: (key, user) => server.getExperiment(user as StatsigUser, key).get('number', -1),
      },
      later: null,
      async close() {
        if (counting !== undefined) await server.flush();
        server.shutdown();
      },
    };
  },
};
