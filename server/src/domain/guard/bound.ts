/** Error rates without and with the new version, and the treatment's share among the units compared. */
export interface Fault {
  readonly base: number;
  readonly bad: number;
  readonly share: number;
}

/**
 * The fewest treatment units, on average, in which any test of size α sees a fault that is there from its first unit on: |ln α|
 * over what one treatment unit and its (1 − share)/share control units tell against the pooled rate (Kullback–Leibler).
 */
export function boundUnits({ base, bad, share }: Fault, alpha: number): number {
  if (!(share > 0 && share < 1)) return Number.POSITIVE_INFINITY;
  const pooled = share * bad + (1 - share) * base;
  const told = divergence(bad, pooled) + ((1 - share) / share) * divergence(base, pooled);
  return told > 0 ? -Math.log(alpha) / told : Number.POSITIVE_INFINITY;
}

/** The same for an absolute limit: requests at `rate` until `limit` is refuted. */
export function boundRequests(rate: number, limit: number, alpha: number): number {
  const told = rate > limit ? divergence(rate, limit) : 0;
  return told > 0 ? -Math.log(alpha) / told : Number.POSITIVE_INFINITY;
}

/** The same for events in time: seconds at `rate` events per second until `limit` is refuted. */
export function boundSeconds(rate: number, limit: number, alpha: number): number {
  const told = rate > limit && limit > 0 ? rate * Math.log(rate / limit) - (rate - limit) : 0;
  return told > 0 ? -Math.log(alpha) / told : Number.POSITIVE_INFINITY;
}

/**
 * Treatment units until a harmless stage is clear, on average: ln(1/β) over what one of them adds to ln S when both arms fail
 * alike. Wald's approximation; infinite where nothing fails.
 */
export function unitsToClear(stage: {
  readonly base: number;
  readonly share: number;
  readonly rhoBad: number;
  readonly beta: number;
}): number {
  const { base, share, rhoBad, beta } = stage;
  if (!(share > 0 && share < 1)) return Number.POSITIVE_INFINITY;
  const drift = base * (Math.log1p(share * (rhoBad - 1)) / share - Math.log(rhoBad));
  return drift > 0 ? -Math.log(beta) / drift : Number.POSITIVE_INFINITY;
}

/** D(p‖q) of two Bernoulli rates, nats. */
export function divergence(p: number, q: number): number {
  return term(p, q) + term(1 - p, 1 - q);
}

function term(p: number, q: number): number {
  return p <= 0 ? 0 : p * Math.log(p / q);
}
