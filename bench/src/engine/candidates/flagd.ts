import { FlagdCore } from '@openfeature/flagd-core';
import type { Candidate } from '../candidate.ts';
import type { Clause, DescribedFlag, Payload } from '../described.ts';

type Logic = Readonly<Record<string, unknown>>;

const attribute = (name: string): Logic => ({ var: name });

function logicOf(clause: Clause): Logic {
  if (clause.of === 'country') return { in: [attribute('country'), clause.among] };
  if (clause.of === 'plan') return { '===': [attribute('plan'), clause.is] };
  if (clause.of === 'version') return { sem_ver: [attribute('version'), '>=', clause.atLeast] };
  return { $ref: clause.key };
}

function flagOf(flag: DescribedFlag): unknown {
  if (flag.of === 'json') {
    const variants = Object.fromEntries(flag.variants.map(({ name, value }) => [name, value]));
    const targeting = { fractional: flag.variants.map(({ name, percent }) => [name, percent]) };
    return { state: 'ENABLED', variants, defaultVariant: flag.variants[0]?.name, targeting };
  }
  const variants = { on: true, off: false };
  if (flag.rules.length === 0) return { state: 'ENABLED', variants, defaultVariant: 'on' };
  const served = (percent: number): unknown =>
    percent === 100
      ? 'on'
      : {
          fractional: [
            ['on', percent],
            ['off', 100 - percent],
          ],
        };
  const [first] = flag.rules;
  if (flag.rules.length === 1 && first?.clauses.length === 0)
    return { state: 'ENABLED', variants, defaultVariant: 'off', targeting: served(first.percent) };
  const branches = flag.rules.flatMap(({ clauses, percent }) => {
    const all = clauses.map(logicOf);
    return [all.length === 1 ? all[0] : { and: all }, served(percent)];
  });
  return { state: 'ENABLED', variants, defaultVariant: 'off', targeting: { if: [...branches, 'off'] } };
}

const SILENT = { error() {}, warn() {}, info() {}, debug() {} };
const NOTHING = { number: -1 };

export const flagd: Candidate = {
  name: 'flagd-core 4.0.1',
  counts: false,
  configure: ({ flags, segments }) =>
    JSON.stringify({
      flags: Object.fromEntries(flags.map((flag) => [flag.key, flagOf(flag)])),
      $evaluators: Object.fromEntries(segments.map(({ key, ids }) => [key, { in: [attribute('targetingKey'), ids] }])),
    }),
  async open(config) {
    const core = new FlagdCore(undefined, SILENT);
    core.setConfigurations(config);
    type Context = NonNullable<Parameters<typeof core.resolveBooleanEvaluation>[2]>;
    return {
      context: ({ id, country, plan, version }) => ({ targetingKey: id, country, plan, version }),
      now: {
        boolean: (key, context) => core.resolveBooleanEvaluation(key, false, context as Context, SILENT).value,
        number: (key, context) =>
          (core.resolveObjectEvaluation(key, NOTHING, context as Context, SILENT).value as unknown as Payload).number,
      },
      later: null,
      close: async () => undefined,
    };
  },
};
