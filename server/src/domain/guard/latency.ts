import { sampled, type UnitHash } from '@burgee/engine';
import { type Counts, lnRatio, lnRatioExact, ratiosAbove } from './comparison.ts';
import { logSum } from './logarithms.ts';
import { lnMixture, type Mixture, NEW_MIXTURE, updateMixture } from './mixture.ts';
import { isComparable, wantsExact } from './process.ts';
import { UnitSet } from './unit-set.ts';

/** Units of one (percent seen, stratum) that closed, and for each cut-off those with work slower than it; repeats included. */
export interface SlowGroup {
  readonly closed1: readonly UnitHash[];
  readonly closed0: readonly UnitHash[];
  readonly slow1: readonly (readonly UnitHash[])[];
  readonly slow0: readonly (readonly UnitHash[])[];
}

/** One cut-off in one batch: units not slower than it before, and those that are so for the first time. */
export interface SlowLine extends Counts {
  /** Judged by the exact form: a cut-off at the median has a base rate of 50 %. */
  readonly exact: boolean;
}

/** One e-process per cut-off, with control's figures so far and the sums of both arms. */
export interface LatencyProcess {
  readonly mixtures: readonly Mixture[];
  readonly base: readonly { readonly n: number; readonly e: number }[];
  readonly sums: readonly Counts[];
}

export function newLatency(cutoffs: number): LatencyProcess {
  const each = <T>(value: T): T[] => Array.from({ length: cutoffs }, () => value);
  return { mixtures: each(NEW_MIXTURE), base: each({ n: 0, e: 0 }), sums: each({ n1: 0, e1: 0, n0: 0, e0: 0 }) };
}

/**
 * Counts a group at every cut-off against that cut-off's own risk set, and takes those who crossed it out for good. Control says
 * who was slow only of its sample, so the treatment is held to the same sample: whoever crossed unseen in control would enter
 * the treatment undepleted.
 */
export function tallySlow(
  group: SlowGroup,
  crossed: readonly UnitSet[],
  controlSample: number,
): { readonly counts: Counts; readonly crossed: readonly UnitHash[] }[] {
  const inSample = (units: readonly UnitHash[]) => units.filter((unit) => sampled(unit, controlSample));
  return crossed.map((before, i) => {
    const count = (closed: readonly UnitHash[], slow: readonly UnitHash[]) => {
      const first = distinct(inSample(slow)).filter((unit) => !before.has(unit));
      const active = distinct([...inSample(closed), ...first]).filter((unit) => !before.has(unit));
      return { n: active.length, first };
    };
    const treatment = count(group.closed1, group.slow1[i] ?? []);
    const control = count(group.closed0, group.slow0[i] ?? []);
    return {
      counts: { n1: treatment.n, e1: treatment.first.length, n0: control.n, e0: control.first.length },
      crossed: [...treatment.first, ...control.first].filter((unit) => before.add(unit)),
    };
  });
}

/** Marks each cut-off's counts with the form that earlier batches ask for. */
export function slowLines(process: LatencyProcess, counts: readonly Counts[]): SlowLine[] {
  return counts.map((one, i) => ({
    ...one,
    exact: wantsExact({ base: process.base[i] ?? { n: 0, e: 0 } }, one),
  }));
}

/** Whether any cut-off of any batch has both arms. */
export function isAnyComparable(lines: readonly (readonly Counts[])[]): boolean {
  return lines.some((cutoffs) => cutoffs.some(isComparable));
}

/** The processes after a tick: one list of cut-offs per batch. `weight` is π, fixed before the batches were seen. */
export function stepLatency(
  before: LatencyProcess,
  tick: { readonly weight: number; readonly lines: readonly (readonly SlowLine[])[] },
  tolerated: number,
): LatencyProcess {
  const ratios = ratiosAbove(tolerated);
  const cutoffs = before.mixtures.map((mixture, i) => {
    const lnL = ratios.map(() => 0);
    let { n1, e1, n0, e0 } = before.sums[i] ?? { n1: 0, e1: 0, n0: 0, e0: 0 };
    let { n, e } = before.base[i] ?? { n: 0, e: 0 };
    for (const lines of tick.lines) {
      const line = lines[i];
      if (line === undefined) continue;
      if (isComparable(line)) {
        const factor = line.exact ? lnRatioExact : lnRatio;
        for (const [k, ratio] of ratios.entries()) lnL[k] = (lnL[k] ?? 0) + factor(line, ratio, tolerated);
        [n1, e1] = [n1 + line.n1, e1 + line.e1];
        [n0, e0] = [n0 + line.n0, e0 + line.e0];
      }
      [n, e] = [n + line.n0, e + line.e0];
    }
    const next = isAnyComparable(tick.lines) ? updateMixture(mixture, tick.weight, lnL) : mixture;
    return { mixture: next, base: { n, e }, sums: { n1, e1, n0, e0 } };
  });
  return {
    mixtures: cutoffs.map(({ mixture }) => mixture),
    base: cutoffs.map(({ base }) => base),
    sums: cutoffs.map(({ sums }) => sums),
  };
}

/** ln of the average of the cut-offs' M: an average of e-processes is one. 0 without cut-offs. */
export function lnLatency({ mixtures }: Pick<LatencyProcess, 'mixtures'>): number {
  return mixtures.length === 0 ? 0 : logSum(mixtures.map(lnMixture)) - Math.log(mixtures.length);
}

function distinct(units: readonly UnitHash[]): UnitHash[] {
  const seen = new UnitSet();
  return units.filter((unit) => seen.add(unit));
}
