import { MEASURE_OPERATORS } from './measure-operators.ts';
import type { RegexCompiler } from './regex.ts';
import { type Builder, TEXT_OPERATORS, type ValueTest } from './text-operators.ts';
import type { Leaf, Operator } from './types.ts';

const { exists, ...texts } = TEXT_OPERATORS;
const BUILDERS: Readonly<Record<Operator, Builder>> = { ...texts, ...MEASURE_OPERATORS, exists };
const TABLE: ReadonlyMap<string, Builder> = new Map(Object.entries(BUILDERS));

/** Every operator, in the order of the documentation. */
export const OPERATORS: readonly Operator[] = Object.keys(BUILDERS) as Operator[];

/** The leaf's test of one value; null where it never holds: an unknown operator, or values of which none can be read. */
export function compileOperator(leaf: Leaf, regex: RegexCompiler | undefined): ValueTest | null {
  return TABLE.get(leaf.operator)?.(leaf, regex) ?? null;
}
