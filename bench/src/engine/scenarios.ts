import { Dice } from '../dice.ts';
import type { BooleanFlag, Clause, Described, DescribedFlag, JsonFlag } from './described.ts';
import { ABROAD, type Crowd, HOME, uuid } from './people.ts';

/** One question of the table: who is asked what. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly described: Described;
  readonly crowd: Crowd;
  /** The flag that is asked for; every flag of the environment for each person where there are several. */
  readonly keys: readonly string[];
  readonly isCounting: boolean;
  /** The most that our time may be of the floor's. */
  readonly bar: number;
}

const SEGMENT = 'early-birds';
const dice = new Dice(4711);
const IDS = Array.from({ length: 1_000 }, () => uuid(dice));

const percent = (key: string, share: number): BooleanFlag => ({ key, of: 'boolean', rules: [{ clauses: [], percent: share }] });

const customers: readonly Clause[] = [
  { of: 'country', among: HOME },
  { of: 'plan', is: 'pro' },
  { of: 'version', atLeast: '2.3.0' },
];

/** Five rules: everybody passes by four of them. */
function targeted(key: string): BooleanFlag {
  const missed: readonly Clause[] = [
    { of: 'country', among: ABROAD },
    { of: 'plan', is: 'enterprise' },
    { of: 'plan', is: 'trial' },
    { of: 'country', among: ABROAD.toReversed() },
  ];
  const rules = missed.map((clause) => ({ clauses: [clause], percent: 100 }));
  return { key, of: 'boolean', rules: [...rules, { clauses: customers, percent: 25 }] };
}

const segmented = (key: string): BooleanFlag => ({
  key,
  of: 'boolean',
  rules: [{ clauses: [{ of: 'segment', key: SEGMENT }], percent: 100 }],
});

function weighted(key: string): JsonFlag {
  const variants = [10, 20, 30, 40].map((share, number) => ({
    name: `layout-${number}`,
    percent: share,
    value: {
      number,
      title: `Layout ${number} of the checkout`,
      steps: ['cart', 'address', 'payment'],
      limits: { items: 50 * (number + 1), retries: 3 },
    },
  }));
  return { key, of: 'json', variants };
}

/** Of each kind in turn. */
export const KINDS: readonly ((key: string) => DescribedFlag)[] = [
  (key) => ({ key, of: 'boolean', rules: [] }),
  (key) => percent(key, 50),
  targeted,
  segmented,
  weighted,
];

function environment(count: number): Described {
  const flags = Array.from({ length: count }, (_, i) =>
    (KINDS[i % KINDS.length] as (key: string) => DescribedFlag)(`flag-number-${i}`),
  );
  return { flags, segments: [{ key: SEGMENT, ids: IDS }] };
}

/** 10,000 flags of three rules each: two that others meet, then one for a share of our customers. */
export function large(count: number): Described {
  const rules = [
    { clauses: [{ of: 'country', among: ABROAD }], percent: 100 },
    { clauses: [{ of: 'plan', is: 'enterprise' }], percent: 100 },
    { clauses: customers, percent: 25 },
  ] as const;
  return { flags: Array.from({ length: count }, (_, i) => ({ key: `flag-number-${i}`, of: 'boolean', rules })), segments: [] };
}

/** People of each scenario. */
const PEOPLE = 10_000;
const everybody: Crowd = { seed: 1, count: PEOPLE };
const halfKnown: Crowd = { seed: 2, count: PEOPLE, known: IDS };
/** 100 flags, 20 of each kind; the one that is asked for is neither the first nor the last. */
const small = environment(100);
const one = (kind: number): readonly string[] => [`flag-number-${50 + kind}`];

export const scenarios: readonly Scenario[] = [
  { id: 'S1', title: 'on, no rules', crowd: everybody, keys: one(0) },
  { id: 'S2', title: '50 % by user id', crowd: everybody, keys: one(1) },
  { id: 'S3', title: 'five rules, the last matches', crowd: everybody, keys: one(2) },
  { id: 'S4', title: 'user in a segment of 1,000 ids', crowd: halfKnown, keys: one(3) },
  { id: 'S5', title: 'four weighted JSON variants', crowd: everybody, keys: one(4) },
  { id: 'S6', title: 'all of 1,000 flags for one user', crowd: halfKnown, keys: environment(1_000).flags.map(({ key }) => key) },
  { id: 'S8', title: 'S2 with the counting on', crowd: everybody, keys: one(1) },
].map((scenario) => ({
  ...scenario,
  described: scenario.keys.length > 1 ? environment(1_000) : small,
  isCounting: scenario.id === 'S8',
  bar: scenario.id === 'S8' ? 2 : 1.5,
}));
