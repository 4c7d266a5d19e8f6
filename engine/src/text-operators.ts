import { compilePattern, type RegexCompiler } from './regex.ts';
import type { Leaf, Operator } from './types.ts';

/** Whether one value of an attribute (an element, where the attribute is a list) compares with any of a leaf's values. */
export type ValueTest = (value: unknown) => boolean;

/** Makes the test of a leaf; null where its values mean nothing. Whoever calls it sees to it that `matches` gets its compiler. */
export type Builder = (leaf: Leaf, regex: RegexCompiler | undefined) => ValueTest | null;

/** An attribute as text, for `in`, the string operators and bucketing: finite numbers, booleans and bigints as `String()` writes them. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : undefined;
}

/** Whether a value, as text, is one of the texts. */
export function isInTexts(texts: ReadonlySet<unknown>): ValueTest {
  return (value) => texts.has(textOf(value));
}

const fold = (text: string, ignoreCase: boolean | undefined): string => (ignoreCase ? text.toLowerCase() : text);

const isIn: Builder = ({ values, ignoreCase }) => {
  const texts = new Set(values.map((value) => fold(String(value), ignoreCase)));
  return (value) => {
    const text = textOf(value);
    return text !== undefined && texts.has(fold(text, ignoreCase));
  };
};

const textual =
  (compare: (text: string, part: string) => boolean): Builder =>
  ({ values, ignoreCase }) => {
    const parts = values.map((value) => fold(String(value), ignoreCase));
    return (value) => {
      const given = textOf(value);
      if (given === undefined) return false;
      const text = fold(given, ignoreCase);
      for (const part of parts) if (compare(text, part)) return true;
      return false;
    };
  };

const matches: Builder = ({ values, ignoreCase }, regex) => {
  const tests = values.flatMap((value) => (regex && compilePattern(regex, String(value), ignoreCase === true)) ?? []);
  if (values.length > 0 && tests.length === 0) return null;
  return (value) => {
    const text = textOf(value);
    return text !== undefined && tests.some((test) => test(text));
  };
};

/** Operators on texts, and `exists`. The others take more code: apart, so that pages load them where a rule has one. */
export const TEXT_OPERATORS = {
  in: isIn,
  starts_with: textual((text, part) => text.startsWith(part)),
  ends_with: textual((text, part) => text.endsWith(part)),
  contains: textual((text, part) => text.includes(part)),
  matches,
  exists: () => () => true,
} as const satisfies Partial<Record<Operator, Builder>>;
