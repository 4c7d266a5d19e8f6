import type { JsonValue, RulesetFlag, Variant } from '@burgee/engine';
import { flag } from './rulesets.ts';

/** One evaluation of the OpenFeature specification's suites (evaluation, its second version, the provider kit), as data. */
export interface Scenario {
  readonly flag: string;
  readonly type: 'boolean' | 'string' | 'number' | 'object';
  readonly fallback: JsonValue;
  readonly context?: Readonly<Record<string, string | number | boolean | null>>;
  readonly value: JsonValue;
  readonly variant?: string;
  readonly reason?: string;
  readonly errorCode?: string;
}

const PICTURES = { showImages: true, title: 'Check out these pics!', imagesPerPage: 100 };
const TARGET = 'ballmer@macrosoft.com';
const KNOWN_ID = '5c3d8535-f81a-4478-a6d3-afaa4d51199e';
const OTHER_ID = 'f20bd32d-703b-48b6-bc8e-79d53c85134a';

type Variants = Readonly<Record<string, JsonValue>>;
const listed = (variants: Variants): Variant[] => Object.entries(variants).map(([key, value]) => ({ key, value }));

function typed(key: string, variants: Variants, served: string, change: Partial<RulesetFlag> = {}): RulesetFlag {
  const [first] = Object.values(variants);
  const type = typeof first === 'object' ? 'json' : (typeof first as 'boolean' | 'string' | 'number');
  return flag(key, { type, variants: listed(variants), defaultVariant: served, offVariant: served, ...change });
}

const targeted = (key: string, variants: Variants, when: RulesetFlag['rules'][number]['when'], hit: string, miss: string) =>
  typed(key, variants, miss, {
    rules: [{ id: 'targeted', percent: 100, by: 'default', serve: { variant: hit }, ...(when && { when }) }],
  });

const ZERO: readonly (readonly [string, Variants])[] = [
  ['boolean', { zero: false, 'non-zero': true }],
  ['string', { zero: '', 'non-zero': 'str' }],
  ['integer', { zero: 0, 'non-zero': 1 }],
  ['float', { zero: 0, 'non-zero': 1 }],
  ['object', { zero: {}, 'non-zero': PICTURES }],
];
const byMail = { attribute: 'email', operator: 'in', values: [TARGET] } as const;

/** The suites' flags. The disabled ones serve the suites' defaults as their off variants: Burgee has no flag without one. */
export const FLAGS: readonly RulesetFlag[] = [
  typed('boolean-flag', { on: true, off: false }, 'on'),
  typed('string-flag', { greeting: 'hi', parting: 'bye' }, 'greeting'),
  typed('integer-flag', { one: 1, ten: 10 }, 'ten'),
  typed('float-flag', { tenth: 0.1, half: 0.5 }, 'half'),
  typed('large-integer-flag', { one: 1, 'max-int32': 2 ** 31 - 1 }, 'max-int32'),
  typed('huge-integer-flag', { one: 1, 'max-safe': Number.MAX_SAFE_INTEGER }, 'max-safe'),
  typed('object-flag', { empty: {}, template: PICTURES }, 'template'),
  typed('wrong-flag', { one: 'uno', two: 'dos' }, 'one'),
  typed('changing-flag', { foo: 'foo', bar: 'bar' }, 'foo'),
  ...ZERO.map(([type, variants]) => typed(`${type}-zero-flag`, variants, 'zero')),
  ...ZERO.map(([type, variants]) => targeted(`${type}-targeted-zero-flag`, variants, byMail, 'zero', 'zero')),
  targeted(
    'context-aware',
    { internal: 'INTERNAL', external: 'EXTERNAL' },
    { attribute: 'customer', operator: 'in', values: [false] },
    'internal',
    'external',
  ),
  targeted(
    'targeting-key-flag',
    { miss: 'miss', hit: 'hit' },
    { attribute: 'targetingKey', operator: 'in', values: [KNOWN_ID] },
    'hit',
    'miss',
  ),
  typed('disabled-boolean-flag', { on: true, off: false }, 'on', { enabled: false, offVariant: 'off' }),
  typed('disabled-string-flag', { greeting: 'hi', parting: 'bye' }, 'greeting', { enabled: false, offVariant: 'parting' }),
  typed('disabled-integer-flag', { one: 1, ten: 10 }, 'ten', { enabled: false, offVariant: 'one' }),
  typed('disabled-float-flag', { tenth: 0.1, half: 0.5 }, 'half', { enabled: false, offVariant: 'tenth' }),
];

const DEFAULTS = { boolean: false, string: 'fallback', number: 1, object: { a: 1 } } as const;
type Type = Scenario['type'];
const TYPES = Object.keys(DEFAULTS) as Type[];

const found = (key: string, type: Type, fallback: JsonValue, value: JsonValue, variant: string): Scenario => ({
  ...{ flag: key, type, fallback, value, variant },
  reason: 'STATIC',
});
const failed = (key: string, type: Type, errorCode: string): Scenario => ({
  ...{ flag: key, type, fallback: DEFAULTS[type], value: DEFAULTS[type] },
  ...{ reason: 'ERROR', errorCode },
});

const STATIC: readonly Scenario[] = [
  found('boolean-flag', 'boolean', false, true, 'on'),
  found('string-flag', 'string', 'bye', 'hi', 'greeting'),
  found('integer-flag', 'number', 1, 10, 'ten'),
  found('float-flag', 'number', 0.1, 0.5, 'half'),
  found('object-flag', 'object', {}, PICTURES, 'template'),
  found('object-flag', 'object', null, PICTURES, 'template'),
  found('large-integer-flag', 'number', 1, 2_147_483_647, 'max-int32'),
  found('huge-integer-flag', 'number', 1, 9_007_199_254_740_991, 'max-safe'),
  { ...found('string-flag', 'string', 'bye', 'hi', 'greeting'), context: { targetingKey: OTHER_ID } },
  ...ZERO.map(([type, { zero = null, 'non-zero': fallback = null }]) =>
    found(`${type}-zero-flag`, typeOf(zero), fallback, zero, 'zero'),
  ),
];

function typeOf(value: JsonValue): Type {
  return typeof value as Type;
}

const TARGETED: readonly Scenario[] = ZERO.flatMap(([type, { zero = null, 'non-zero': fallback = null }]) => {
  const asked = { flag: `${type}-targeted-zero-flag`, type: typeOf(zero), fallback, value: zero, variant: 'zero' };
  return [
    { ...asked, context: { email: TARGET }, reason: 'TARGETING_MATCH' },
    { ...asked, context: { email: 'ballmer@none.com' }, reason: 'DEFAULT' },
    { ...asked, context: { email: null }, reason: 'DEFAULT' },
    { ...asked, reason: 'DEFAULT' },
  ];
});

const aware = { flag: 'context-aware', type: 'string', fallback: 'EXTERNAL' } as const;
const key = { flag: 'targeting-key-flag', type: 'string', fallback: 'fallback' } as const;
const AWARE: readonly Scenario[] = [
  {
    ...aware,
    context: { fn: 'Sulisław', ln: 'Świętopełk', age: 29, customer: 'false' },
    value: 'INTERNAL',
    reason: 'TARGETING_MATCH',
  },
  {
    ...aware,
    context: { email: TARGET, role: 'admin', age: 65, customer: false },
    value: 'INTERNAL',
    reason: 'TARGETING_MATCH',
  },
  { ...aware, value: 'EXTERNAL', variant: 'external', reason: 'DEFAULT' },
  { ...key, context: { targetingKey: KNOWN_ID }, value: 'hit', variant: 'hit', reason: 'TARGETING_MATCH' },
  { ...key, context: { targetingKey: OTHER_ID }, value: 'miss', variant: 'miss', reason: 'DEFAULT' },
  { ...key, value: 'miss', reason: 'DEFAULT' },
];

const DISABLED: readonly Scenario[] = [
  { flag: 'disabled-boolean-flag', type: 'boolean', fallback: false, value: false, reason: 'DISABLED' },
  { flag: 'disabled-string-flag', type: 'string', fallback: 'bye', value: 'bye', reason: 'DISABLED' },
  { flag: 'disabled-integer-flag', type: 'number', fallback: 1, value: 1, reason: 'DISABLED' },
  { flag: 'disabled-float-flag', type: 'number', fallback: 0.1, value: 0.1, reason: 'DISABLED' },
];

const OF_TYPE: readonly (readonly [string, Type])[] = [
  ['boolean-flag', 'boolean'],
  ['string-flag', 'string'],
  ['wrong-flag', 'string'],
  ['integer-flag', 'number'],
  ['float-flag', 'number'],
  ['object-flag', 'object'],
];
const MISMATCHES = OF_TYPE.flatMap(([name, type]) =>
  TYPES.filter((other) => other !== type).map((other) => failed(name, other, 'TYPE_MISMATCH')),
);
const MISSING = ['missing-flag', 'non-existent-flag'].flatMap((name) =>
  TYPES.map((type) => failed(name, type, 'FLAG_NOT_FOUND')),
);

/**
 * What is left out, and why: CACHED (nothing is cached, so nothing is said to be); metadata that a flag's author writes (Burgee
 * has none); 0.5 asked for as an integer (JavaScript has one type of number).
 */
export const SCENARIOS: readonly Scenario[] = [...STATIC, ...TARGETED, ...AWARE, ...DISABLED, ...MISMATCHES, ...MISSING];

/** What a client answers that has no rules, or whose provider is in the given state: the default, whatever is asked. */
export const withoutRules = (errorCode: string): readonly Scenario[] =>
  OF_TYPE.map(([name, type]) => failed(name, type, errorCode));
