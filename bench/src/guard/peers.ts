import type { Requests } from './traffic.ts';

/** How another system would decide about the same traffic; like those systems it counts requests. */
export interface Peer {
  readonly name: string;
  /** One second of a stage; true once it would roll back. */
  see(requests: Requests, stage: number, second: number): boolean;
}

/** A limit on the new version's error rate, read every so often: rolls back at the given number of bad reads (Argo Rollouts, Flagger). */
function threshold(limit: number, everyS: number, failures: number): Peer {
  let [requests, failed, bad] = [0, 0, 0];
  return {
    name: `limit ${100 * limit} %, every ${everyS} s, ${failures} bad reads`,
    see({ r1, f1 }, _, second) {
      [requests, failed] = [requests + r1, failed + f1];
      if (second % everyS !== 0) return false;
      if (requests > 0 && failed > limit * requests) bad += 1;
      [requests, failed] = [0, 0];
      return bad >= failures;
    },
  };
}

/** Sums of one stage: mixing percents would compare one hour with another. */
class Sums {
  #stage = -1;
  r1 = 0;
  f1 = 0;
  r0 = 0;
  f0 = 0;

  add({ r1, f1, r0, f0 }: Requests, stage: number): void {
    if (stage !== this.#stage) [this.r1, this.f1, this.r0, this.f0] = [0, 0, 0, 0];
    this.#stage = stage;
    this.r1 += r1;
    this.f1 += f1;
    this.r0 += r0;
    this.f0 += f0;
  }

  get difference(): number {
    return this.f1 / this.r1 - this.f0 / this.r0;
  }

  /** Of the difference. */
  get variance(): number {
    const [p1, p0] = [this.f1 / this.r1, this.f0 / this.r0];
    return (p1 * (1 - p1)) / this.r1 + (p0 * (1 - p0)) / this.r0;
  }

  /** Enough for a normal approximation, as its users are told to wait for. */
  get usable(): boolean {
    return this.r1 >= 30 && this.f1 >= 5 && this.f0 >= 5;
  }
}

/** A one-sided z-test of two proportions on all of a stage so far, repeated at every look. */
function zTest(alpha: number, z: number, everyS: number): Peer {
  const sums = new Sums();
  return {
    name: `z-test at ${alpha}, every ${everyS} s`,
    see(requests, stage, second) {
      sums.add(requests, stage);
      return second % everyS === 0 && sums.usable && sums.difference / Math.sqrt(sums.variance) > z;
    },
  };
}

/** What GrowthBook tunes its intervals for. */
const TUNED_FOR = 5_000;

/** An asymptotic confidence sequence for the difference (Waudby-Smith et al., arXiv 2103.06476), looked at every so often. */
function sequential(alpha: number, everyS: number): Peer {
  const sums = new Sums();
  const rho2 = (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)) / TUNED_FOR;
  return {
    name: `sequential test at ${alpha}, every ${everyS >= 3_600 ? `${everyS / 3_600} h` : `${everyS} s`}`,
    see(requests, stage, second) {
      sums.add(requests, stage);
      if (second % everyS !== 0 || !sums.usable) return false;
      const n = sums.r1 + sums.r0;
      const grown = n * rho2 + 1;
      const halfWidth = Math.sqrt(sums.variance * n * ((2 * grown) / (n * n * rho2)) * Math.log(Math.sqrt(grown) / (2 * alpha)));
      return sums.difference > halfWidth;
    },
  };
}

/** Fresh ones for a trace. `limit`: what somebody who knows the base rate would choose, twice of it. */
export function newPeers(base: number): Peer[] {
  return [
    threshold(2 * base, 60, 5),
    threshold(5 * base, 300, 4),
    zTest(0.05, 1.6449, 1),
    zTest(0.001, 3.0902, 1),
    sequential(0.05, 6 * 3_600),
    sequential(0.05, 3_600),
    sequential(0.05, 60),
  ];
}
