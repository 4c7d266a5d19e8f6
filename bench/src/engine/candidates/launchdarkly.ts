import { basicLogger, deserializePoll, init, type LDContext, type LDOptions } from '@launchdarkly/node-server-sdk';
import type { Candidate } from '../candidate.ts';
import type { Clause, DescribedFlag, DescribedSegment, Payload } from '../described.ts';

function clauseOf(clause: Clause): unknown {
  const rest = { contextKind: 'user', negate: false };
  if (clause.of === 'country') return { ...rest, attribute: 'country', op: 'in', values: clause.among };
  if (clause.of === 'plan') return { ...rest, attribute: 'plan', op: 'in', values: [clause.is] };
  // it has no “at least” for versions: negated “less than” is the same
  if (clause.of === 'version')
    return { ...rest, negate: true, attribute: 'version', op: 'semVerLessThan', values: [clause.atLeast] };
  return { contextKind: '', negate: false, attribute: '', op: 'segmentMatch', values: [clause.key] };
}

function serveOf(percent: number): unknown {
  if (percent === 100) return { variation: 0 };
  const variations = [
    { variation: 0, weight: percent * 1_000 },
    { variation: 1, weight: (100 - percent) * 1_000 },
  ];
  return { rollout: { contextKind: 'user', variations } };
}

function flagOf(flag: DescribedFlag): unknown {
  const rest = {
    key: flag.key,
    version: 1,
    on: true,
    salt: flag.key,
    prerequisites: [],
    targets: [],
    contextTargets: [],
    trackEvents: false,
  };
  if (flag.of === 'json') {
    const variations = flag.variants.map(({ percent }, variation) => ({ variation, weight: percent * 1_000 }));
    const fallthrough = { rollout: { contextKind: 'user', variations } };
    return { ...rest, variations: flag.variants.map(({ value }) => value), fallthrough, offVariation: 0, rules: [] };
  }
  const booleans = { ...rest, variations: [true, false], offVariation: 1 };
  if (flag.rules.length === 0) return { ...booleans, fallthrough: { variation: 0 }, rules: [] };
  const [only] = flag.rules;
  if (flag.rules.length === 1 && only?.clauses.length === 0)
    return { ...booleans, fallthrough: serveOf(only.percent), rules: [] };
  const rules = flag.rules.map(({ clauses, percent }, i) => ({
    ...{ id: `r${i}`, trackEvents: false, clauses: clauses.map(clauseOf) },
    ...(serveOf(percent) as object),
  }));
  return { ...booleans, fallthrough: { variation: 1 }, rules };
}

const segmentOf = ({ key, ids }: DescribedSegment): unknown => ({
  ...{ key, version: 1, included: ids, excluded: [], includedContexts: [], excludedContexts: [], salt: key, rules: [] },
});

type Feed = Extract<LDOptions['updateProcessor'], (...given: never[]) => unknown>;

/** Hands the client what its own streaming would have received and parsed. */
const feedOf =
  (config: string): Feed =>
  (_context, updates, ready) => ({
    start() {
      const { flags = {}, segments = {} } = deserializePoll(config) ?? {};
      updates.init({ features: flags, segments }, () => ready());
    },
    stop: () => undefined,
    close: () => undefined,
  });

export const launchdarkly: Candidate = {
  name: 'launchdarkly 9.13.7',
  counts: true,
  configure: ({ flags, segments }) =>
    JSON.stringify({
      flags: Object.fromEntries(flags.map((flag) => [flag.key, flagOf(flag)])),
      segments: Object.fromEntries(segments.map((segment) => [segment.key, segmentOf(segment)])),
    }),
  async open(config, { counting } = {}) {
    const client = init('sdk-bench', {
      updateProcessor: feedOf(config),
      sendEvents: counting !== undefined,
      ...(counting !== undefined && { eventsUri: counting }),
      diagnosticOptOut: true,
      logger: basicLogger({ level: 'none' }),
    });
    await client.waitForInitialization({ timeout: 10 });
    return {
      context: ({ id, country, plan, version }) => ({ kind: 'user', key: id, country, plan, version }),
      now: null,
      later: {
        boolean: (key, context) => client.boolVariation(key, context as LDContext, false),
        number: async (key, context) => ((await client.jsonVariation(key, context as LDContext, null)) as Payload).number,
      },
      async close() {
        await client.flush().catch(() => undefined);
        client.close();
      },
    };
  },
};
