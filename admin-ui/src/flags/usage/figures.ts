import type { FlagUsage } from '@burgee/server/api';
import type { NewRule } from '../../api/changes.ts';

/** Evaluations of one minute by variant, in the order of `variants`. */
export interface Bar {
  readonly minute: number;
  readonly counts: readonly number[];
  readonly total: number;
}

export interface Figures {
  readonly variants: readonly string[];
  /** Every minute of the time asked for; one in which nobody asked has zeros. */
  readonly bars: readonly Bar[];
  readonly totals: readonly number[];
  readonly total: number;
  /** The highest minute. */
  readonly most: number;
}

const MINUTE = 60_000;

/** A flag's evaluations per minute and variant. Variants that the flag no longer has come last. */
export function figuresOf(usage: FlagUsage, known: readonly string[]): Figures {
  const met = usage.minutes.flatMap(({ counts }) => counts.map(({ variant }) => variant));
  const variants = [...new Set([...known, ...met])];
  const at = new Map(usage.minutes.map((row) => [row.minute, row.counts]));
  const bars: Bar[] = [];
  for (let minute = usage.from; minute < usage.to; minute += MINUTE) {
    const counts = variants.map((variant) => sum((at.get(minute) ?? []).filter((one) => one.variant === variant)));
    bars.push({ minute, counts, total: counts.reduce((all, n) => all + n, 0) });
  }
  const totals = variants.map((_, index) => bars.reduce((all, { counts }) => all + (counts[index] ?? 0), 0));
  return {
    variants,
    bars,
    totals,
    total: totals.reduce((all, n) => all + n, 0),
    most: Math.max(0, ...bars.map(({ total }) => total)),
  };
}

const sum = (counts: readonly { readonly count: number }[]): number => counts.reduce((all, { count }) => all + count, 0);

/** What came of one rule in the last hour and day; `rule` null: the default or the off variant. */
export interface Arm {
  readonly rule: string | null;
  /** Its place from 1; null: no rule, or one that is gone. */
  readonly n: number | null;
  readonly hour: number;
  readonly day: number;
  /** Distinct people that met its conditions in the last day, taken or not; null: nobody counted them. */
  readonly people: number | null;
  /** Of the evaluations that came as far as this rule, the share that it took, 0…1, beside the percent that it wants. */
  readonly took: number | null;
  readonly wanted: number | null;
}

/** What each rule took, in the order in which they decide, then everybody else. */
export function armsOf(usage: FlagUsage, rules: readonly NewRule[]): Arm[] {
  const hour = usage.minutes.flatMap(({ counts }) => counts);
  const of = (all: FlagUsage['day']['counts'], rule: string | null) => sum(all.filter((one) => one.rule === rule));
  const units = new Map(usage.day.units.map((one) => [one.rule, one.units]));
  let left = sum(hour);
  const arms = rules.map((rule, index): Arm => {
    const id = rule.id ?? '';
    const taken = of(hour, id);
    const forAll = rule.when === undefined && (rule.segments?.length ?? 0) === 0;
    const took = forAll && left > 0 ? taken / left : null;
    left -= taken;
    const wanted = took === null ? null : rule.percent;
    return { rule: id, n: index + 1, hour: taken, day: of(usage.day.counts, id), people: units.get(id) ?? null, took, wanted };
  });
  const known = new Set(rules.map(({ id }) => id));
  const gone = [...new Set(usage.day.counts.flatMap(({ rule }) => (rule !== null && !known.has(rule) ? [rule] : [])))];
  const rest = [...gone, null].map(
    (rule): Arm => ({
      rule,
      n: null,
      hour: of(hour, rule),
      day: of(usage.day.counts, rule),
      people: null,
      took: null,
      wanted: null,
    }),
  );
  return [...arms, ...rest];
}
