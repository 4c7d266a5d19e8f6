/** What somebody must be for a rule to take them. */
export type Clause =
  | { readonly of: 'country'; readonly among: readonly string[] }
  | { readonly of: 'plan'; readonly is: string }
  | { readonly of: 'version'; readonly atLeast: string }
  | { readonly of: 'segment'; readonly key: string };

/** Serves `true` to a share of those who meet all clauses. */
export interface DescribedRule {
  readonly clauses: readonly Clause[];
  readonly percent: number;
}

/** A boolean flag that is false where no rule decides; without rules it is true for everybody. */
export interface BooleanFlag {
  readonly key: string;
  readonly of: 'boolean';
  readonly rules: readonly DescribedRule[];
}

/** A flag that serves each of its JSON values to a share of everybody. */
export interface JsonFlag {
  readonly key: string;
  readonly of: 'json';
  readonly variants: readonly WeightedVariant[];
}

/** Percents sum to 100. */
export interface WeightedVariant {
  readonly name: string;
  readonly percent: number;
  readonly value: Payload;
}

/** What JSON variants hold; the number says which variant it is. */
export interface Payload {
  readonly number: number;
  readonly title: string;
  readonly steps: readonly string[];
  readonly limits: { readonly items: number; readonly retries: number };
}

export type DescribedFlag = BooleanFlag | JsonFlag;

export interface DescribedSegment {
  readonly key: string;
  readonly ids: readonly string[];
}

/** An environment in nobody's format: every candidate writes it down in its own. */
export interface Described {
  readonly flags: readonly DescribedFlag[];
  readonly segments: readonly DescribedSegment[];
}

/** Every variant by the upper end of its share, in percent. */
export function cumulative(
  variants: readonly WeightedVariant[],
): { readonly variant: WeightedVariant; readonly from: number; readonly to: number }[] {
  let to = 0;
  return variants.map((variant) => {
    const from = to;
    to += variant.percent;
    return { variant, from, to };
  });
}
