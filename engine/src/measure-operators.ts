import { inNetworks, type Network, parseNetwork } from './cidr.ts';
import { instantOf } from './dates.ts';
import { compareToVersion, parseVersion, type Version } from './semver.ts';
import type { Builder, ValueTest } from './text-operators.ts';
import type { Operator } from './types.ts';

type Scalar = string | number | boolean;

// longer texts are not numbers; keeps Number() off megabytes
const NUMBER_LENGTH_LIMIT = 64;
// ASCII only, else Number() would read 0x10 and Infinity
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** An attribute as number: a number, a bigint, or the decimal text of one; else NaN, booleans and blank texts too. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.length > NUMBER_LENGTH_LIMIT) return Number.NaN;
  const text = value.trim();
  return NUMBER.test(text) ? Number(text) : Number.NaN;
}

/** What of `values` is readable; null where there are values and none is, for then the condition means nothing. */
function readable<T>(values: readonly Scalar[], read: (value: Scalar) => T | null): readonly T[] | null {
  const read1 = values.map(read).filter((value): value is Awaited<T> & T => value !== null);
  return values.length > 0 && read1.length === 0 ? null : read1;
}

// which orders hold: below, equal, above
const BELOW = 1;
const EQUAL = 2;
const ABOVE = 4;

/** NaN, for what cannot be ordered, is none of the three. */
function isAmong(order: number, orders: number): boolean {
  return ((order < 0 ? BELOW : order > 0 ? ABOVE : order === 0 ? EQUAL : 0) & orders) !== 0;
}

/** A test by one bound or by several; null where there are bounds and none can be read. */
function byBounds<T>(bounds: readonly T[] | null, holds: (value: unknown, bound: T) => boolean): ValueTest | null {
  const [first] = bounds ?? [];
  if (bounds?.length === 1 && first !== undefined) return (value) => holds(value, first);
  return bounds && ((value) => bounds.some((bound) => holds(value, bound)));
}

/** Operators that order: `read` gives NaN for what cannot be ordered, and NaN compares with nothing. */
const ordered =
  (read: (value: unknown) => number, orders: number): Builder =>
  ({ values }) => {
    const bounds = readable(values, (value) => {
      const bound = read(value);
      return Number.isNaN(bound) ? null : bound;
    });
    return byBounds(bounds, (value, bound) => {
      const given = read(value);
      // not the difference: that of two infinities is no number
      return isAmong(given === bound ? 0 : given < bound ? -1 : given > bound ? 1 : Number.NaN, orders);
    });
  };

const versioned =
  (orders: number): Builder =>
  ({ values }) => {
    const versions = readable<Version>(values, (value) => parseVersion(String(value)));
    return byBounds(versions, (value, version) => typeof value === 'string' && isAmong(compareToVersion(value, version), orders));
  };

const inCidr: Builder = ({ values }) => {
  const networks = readable<Network>(values, (value) => parseNetwork(String(value)));
  return networks && ((value) => typeof value === 'string' && inNetworks(value, networks));
};

/** Operators on numbers, dates, versions and addresses. */
export const MEASURE_OPERATORS = {
  num_eq: ordered(numberOf, EQUAL),
  num_gt: ordered(numberOf, ABOVE),
  num_gte: ordered(numberOf, EQUAL | ABOVE),
  num_lt: ordered(numberOf, BELOW),
  num_lte: ordered(numberOf, BELOW | EQUAL),
  date_before: ordered(instantOf, BELOW),
  date_after: ordered(instantOf, ABOVE),
  semver_eq: versioned(EQUAL),
  semver_gt: versioned(ABOVE),
  semver_gte: versioned(EQUAL | ABOVE),
  semver_lt: versioned(BELOW),
  semver_lte: versioned(BELOW | EQUAL),
  in_cidr: inCidr,
} as const satisfies Partial<Record<Operator, Builder>>;
