import type { Split } from '@burgee/engine';

/** Weights of variants in thousandths, in the order of the variants; together always 1000. */
export type Weights = readonly number[];
const SUM = 1000;

/** Shares of a whole number, as near to the proportions as whole numbers can be; what is left goes to the largest remainders. */
function apportion(whole: number, proportions: readonly number[]): number[] {
  const sum = proportions.reduce((all, n) => all + n, 0);
  const exact = proportions.map((n) => (sum === 0 ? whole / proportions.length : (whole * n) / sum));
  const shares = exact.map(Math.floor);
  const order = exact
    .map((n, index) => ({ index, rest: n - Math.floor(n) }))
    .sort((a, b) => b.rest - a.rest || a.index - b.index);
  const left = whole - shares.reduce((all, n) => all + n, 0);
  for (const { index } of order.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}

/** The same share for each. */
export const evenWeights = (count: number): Weights => apportion(SUM, Array(count).fill(1) as number[]);

/** A split's weights for these variants, scaled to 1000 where an import brought another sum. */
export function weightsOf(split: Split, variants: readonly string[]): Weights {
  const found = variants.map((variant) => split.weights.find((one) => one.variant === variant)?.weight ?? 0);
  return found.some((weight) => weight > 0) ? apportion(SUM, found) : evenWeights(variants.length);
}

/** One weight set; the others give or take in their proportions, so that the sum stays 1000. */
export function withWeight(weights: Weights, at: number, wanted: number): Weights {
  if (weights.length < 2) return [SUM];
  const weight = Math.round(Math.min(SUM, Math.max(0, wanted)));
  const others = apportion(
    SUM - weight,
    weights.filter((_, index) => index !== at),
  );
  return [...others.slice(0, at), weight, ...others.slice(at)];
}

/** The boundary after `at` moved: what one neighbour gains the other gives. */
export function withBoundary(weights: Weights, at: number, by: number): Weights {
  const [left = 0, right = 0] = [weights[at], weights[at + 1]];
  const moved = Math.round(Math.min(right, Math.max(-left, by)));
  return weights.map((weight, index) => (index === at ? left + moved : index === at + 1 ? right - moved : weight));
}
