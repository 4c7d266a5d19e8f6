import { inNetworks, type Network, parseNetwork } from './cidr.ts';
import { instantOf } from './dates.ts';
import { compilePattern, type RegexCompiler } from './regex.ts';
import { compareToVersion, parseVersion, type Version } from './semver.ts';
import type { Leaf, Operator } from './types.ts';

/** Whether one value of an attribute (an element, where the attribute is a list) compares with any of a leaf's values. */
export type ValueTest = (value: unknown) => boolean;

/** Thrown while a flag is compiled; the flag then answers `PARSE_ERROR` with this message. */
export class FlagError extends Error {}

export type Scalar = string | number | boolean;
type Builder = (leaf: Leaf, regex: RegexCompiler | undefined) => ValueTest | null;

// a list up to this long is compared one by one, a longer one by hash
const FEW = 4;
// longer texts are not numbers; keeps Number() off megabytes
const NUMBER_LENGTH_LIMIT = 64;
// ASCII only, else Number() would read 0x10 and Infinity
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** An attribute as text, for `in`, the string operators and bucketing: finite numbers, booleans and bigints as `String()` writes them. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : undefined;
}

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

const isIn: Builder = ({ values, ignoreCase }) => {
  const texts = values.map((value) => (ignoreCase ? String(value).toLowerCase() : String(value)));
  if (ignoreCase) {
    const folded = new Set(texts);
    return (value) => {
      const text = textOf(value);
      return text !== undefined && folded.has(text.toLowerCase());
    };
  }
  if (texts.length > FEW) {
    const set: ReadonlySet<unknown> = new Set(texts);
    return (value) => set.has(typeof value === 'string' ? value : textOf(value));
  }
  return (value) => {
    const text = typeof value === 'string' ? value : textOf(value);
    for (let i = 0; i < texts.length; i++) if (texts[i] === text) return true;
    return false;
  };
};

const textual =
  (compare: (text: string, part: string) => boolean): Builder =>
  ({ values, ignoreCase }) => {
    const parts = values.map((value) => (ignoreCase ? String(value).toLowerCase() : String(value)));
    return (value) => {
      const given = textOf(value);
      if (given === undefined) return false;
      const text = ignoreCase ? given.toLowerCase() : given;
      for (const part of parts) if (compare(text, part)) return true;
      return false;
    };
  };

const matches: Builder = ({ values, ignoreCase }, regex) => {
  if (regex === undefined) throw new FlagError('operator matches needs a regex compiler, and none was given to prepare');
  const tests = readable(values, (value) => compilePattern(regex, String(value), ignoreCase === true));
  return (
    tests &&
    ((value) => {
      const text = textOf(value);
      if (text === undefined) return false;
      for (const test of tests) if (test(text)) return true;
      return false;
    })
  );
};

/** Operators that order: `read` gives NaN for what cannot be ordered, and NaN compares with nothing. */
const ordered =
  (read: (value: unknown) => number, holds: (order: number) => boolean): Builder =>
  ({ values }) => {
    const bounds = readable(values, (value) => {
      const bound = read(value);
      return Number.isNaN(bound) ? null : bound;
    });
    return (
      bounds &&
      ((value) => {
        const given = read(value);
        if (Number.isNaN(given)) return false;
        for (const bound of bounds) if (holds(given === bound ? 0 : given < bound ? -1 : 1)) return true;
        return false;
      })
    );
  };

const versioned =
  (holds: (order: number) => boolean): Builder =>
  ({ values }) => {
    const versions = readable<Version>(values, (value) => parseVersion(String(value)));
    return (
      versions &&
      ((value) => {
        if (typeof value !== 'string') return false;
        for (const version of versions) if (holds(compareToVersion(value, version))) return true;
        return false;
      })
    );
  };

const inCidr: Builder = ({ values }) => {
  const networks = readable<Network>(values, (value) => parseNetwork(String(value)));
  return networks && ((value) => typeof value === 'string' && inNetworks(value, networks));
};

const eq = (order: number): boolean => order === 0;
const gt = (order: number): boolean => order > 0;
const gte = (order: number): boolean => order >= 0;
const lt = (order: number): boolean => order < 0;
const lte = (order: number): boolean => order <= 0;

const BUILDERS: Readonly<Record<Operator, Builder>> = {
  in: isIn,
  starts_with: textual((text, part) => text.startsWith(part)),
  ends_with: textual((text, part) => text.endsWith(part)),
  contains: textual((text, part) => text.includes(part)),
  matches,
  num_eq: ordered(numberOf, eq),
  num_gt: ordered(numberOf, gt),
  num_gte: ordered(numberOf, gte),
  num_lt: ordered(numberOf, lt),
  num_lte: ordered(numberOf, lte),
  date_before: ordered(instantOf, lt),
  date_after: ordered(instantOf, gt),
  semver_eq: versioned(eq),
  semver_gt: versioned(gt),
  semver_gte: versioned(gte),
  semver_lt: versioned(lt),
  semver_lte: versioned(lte),
  in_cidr: inCidr,
  exists: () => () => true,
};

const TABLE: ReadonlyMap<string, Builder> = new Map(Object.entries(BUILDERS));

/** Every operator, in the order of the documentation. */
export const OPERATORS: readonly Operator[] = Object.keys(BUILDERS) as Operator[];

/** The leaf's test of one value; null where it never holds: an unknown operator, or values of which none can be read. */
export function compileOperator(leaf: Leaf, regex: RegexCompiler | undefined): ValueTest | null {
  return TABLE.get(leaf.operator)?.(leaf, regex) ?? null;
}

/** The texts of a plain `in`, which a leaf looks up without a further call; null for any other leaf. */
export function compileTexts({ operator, values, ignoreCase }: Leaf): ReadonlySet<string> | null {
  return operator === 'in' && ignoreCase !== true ? new Set(values.map(String)) : null;
}
