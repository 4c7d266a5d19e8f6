import type { EvaluationContext, FlagType, JsonValue, Revision } from '@burgee/engine';
import type { Detail } from '../evaluator.ts';
import type { FlagKey, FlagValue } from '../flags/index.ts';

/** What a flag serves in a test: a value for everybody, or a function of who is asking. */
export type TestFlag<V = JsonValue> = V | ((context: EvaluationContext) => V);

/** Flags by their keys. A flag's type is its value's: objects, lists and null are of type json. */
export type TestFlags = { readonly [K in FlagKey]?: TestFlag<FlagValue<K, JsonValue>> };

/** What flags serve, by their keys; of one revision. */
export interface FlagTable {
  readonly revision: Revision;
  readonly served: ReadonlyMap<string, unknown>;
}

/** Throws a TypeError for what no flag can serve. */
export function readFlags(flags: object): Map<string, unknown> {
  const served = new Map<string, unknown>();
  for (const [key, value] of Object.entries(flags)) {
    if (typeof value !== 'function' && typeOf(value) === undefined)
      throw new TypeError(`flag ${key} must serve a JSON value, or be a function of the context, not ${describe(value)}`);
    served.set(key, value);
  }
  return served;
}

/** The keys whose flags differ. */
export function differing(a: FlagTable['served'], b: FlagTable['served']): string[] {
  const keys = new Set([...a.keys(), ...b.keys()]);
  return [...keys].filter((key) => a.has(key) !== b.has(key) || !Object.is(a.get(key), b.get(key)));
}

/** What a flag answers when it is asked for as being of a type, or of whatever type it is; never throws. */
export function askTable<T>(
  { served, revision }: FlagTable,
  asked: { readonly key: string; readonly type?: FlagType; readonly context: EvaluationContext; readonly fallback: T },
): Detail<T> {
  const { key, context, fallback } = asked;
  const failed = (errorCode: NonNullable<Detail<T>['errorCode']>, errorMessage: string): Detail<T> => ({
    value: fallback,
    reason: 'ERROR',
    revision,
    errorCode,
    errorMessage,
  });
  if (!served.has(key)) return failed('FLAG_NOT_FOUND', `there is no flag ${key}`);
  const given = served.get(key);
  const isFunction = typeof given === 'function';
  let value = given;
  try {
    if (isFunction) value = given(context);
  } catch (error) {
    return failed('GENERAL', error instanceof Error ? error.message : 'the evaluation failed');
  }
  const is = typeOf(value);
  if (is === undefined) return failed('PARSE_ERROR', `flag ${key} returned ${describe(value)}, which is no JSON value`);
  const { type = is } = asked;
  if (is !== type) return failed('TYPE_MISMATCH', `flag ${key} is of type ${is}, the default of type ${type}`);
  return { value: value as T, variant: variantOf(value), reason: isFunction ? 'TARGETING_MATCH' : 'STATIC', revision };
}

/** The type of the flag that serves such a value, or that a caller with such a default asks for. */
export function typeOf(value: unknown): FlagType | undefined {
  if (typeof value === 'boolean' || typeof value === 'string') return typeof value as 'boolean' | 'string';
  if (typeof value === 'number') return Number.isFinite(value) ? 'number' : undefined;
  return typeof value === 'object' ? 'json' : undefined;
}

/** `on` and `off` as every boolean flag has them; else the value as text. */
export function variantOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const describe = (value: unknown): string => (typeof value === 'number' ? String(value) : typeof value);
