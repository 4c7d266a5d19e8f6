import { createConsoleLogger, getClient, LogLevel, PollingMode, User } from 'configcat-node';
import type { Candidate } from '../candidate.ts';
import type { Clause, DescribedFlag, DescribedSegment } from '../described.ts';

// names of the configuration's version 6, as the client's ConfigJson declares them
const IS_ONE_OF = 0;
const SEMVER_AT_LEAST = 9;
const EQUALS = 28;
const IN_SEGMENT = 0;
const BOOLEAN = 0;
const TEXT = 1;

type Ids = ReadonlyMap<string, number>;

function conditionOf(clause: Clause, segments: Ids): unknown {
  if (clause.of === 'country') return { u: { a: 'Country', c: IS_ONE_OF, l: clause.among } };
  if (clause.of === 'plan') return { u: { a: 'plan', c: EQUALS, s: clause.is } };
  if (clause.of === 'version') return { u: { a: 'version', c: SEMVER_AT_LEAST, s: clause.atLeast } };
  return { s: { s: segments.get(clause.key), c: IN_SEGMENT } };
}

const on = (value: boolean): unknown => ({ v: { b: value } });
const shares = (percent: number): unknown[] => [
  { p: percent, v: { b: true } },
  { p: 100 - percent, v: { b: false } },
];

function settingOf(flag: DescribedFlag, segments: Ids): unknown {
  if (flag.of === 'json') {
    const [first] = flag.variants;
    const options = flag.variants.map(({ percent, value }) => ({ p: percent, v: { s: JSON.stringify(value) } }));
    return { t: TEXT, p: options, v: { s: JSON.stringify(first?.value) } };
  }
  if (flag.rules.length === 0) return { t: BOOLEAN, v: { b: true } };
  const [only] = flag.rules;
  if (flag.rules.length === 1 && only?.clauses.length === 0) return { t: BOOLEAN, p: shares(only.percent), v: { b: false } };
  const rules = flag.rules.map(({ clauses, percent }) => ({
    c: clauses.map((clause) => conditionOf(clause, segments)),
    ...(percent === 100 ? { s: on(true) } : { p: shares(percent) }),
  }));
  return { t: BOOLEAN, r: rules, v: { b: false } };
}

const segmentOf = ({ key, ids }: DescribedSegment): unknown => ({ n: key, r: [{ a: 'Identifier', c: IS_ONE_OF, l: ids }] });

let opened = 0;

/** Values are texts: its users would parse those of S5, which is not counted against it. */
export const configcat: Candidate = {
  name: 'configcat 11.4.1',
  counts: false,
  configure({ flags, segments }) {
    const ids = new Map(segments.map(({ key }, i) => [key, i]));
    const settings = Object.fromEntries(flags.map((flag) => [flag.key, settingOf(flag, ids)]));
    return JSON.stringify({ p: { u: 'http://127.0.0.1', r: 0, s: 'a-salt' }, s: segments.map(segmentOf), f: settings });
  },
  async open(config) {
    const number = String(++opened).padStart(22, '0');
    const client = getClient(`${number}/${number}`, PollingMode.ManualPoll, {
      offline: true,
      logger: createConsoleLogger(LogLevel.Off),
      cache: { get: () => `${Date.now()}\netag\n${config}`, set: () => undefined },
    });
    await client.waitForReady();
    const snapshot = client.snapshot();
    return {
      context: ({ id, country, plan, version }) => new User(id, undefined, country, { plan, version }),
      now: {
        boolean: (key, user) => snapshot.getValue(key, false, user as User),
        // of {"number":2,…
        number: (key, user) => snapshot.getValue(key, '', user as User).charCodeAt(10) - 48,
      },
      later: null,
      close: async () => client.dispose(),
    };
  },
};
