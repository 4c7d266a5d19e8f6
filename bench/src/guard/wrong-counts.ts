import { decodeHashes } from '@burgee/engine';
import { type Line, NEW_PROCESS, type Process, stepProcess } from '../../../server/src/domain/guard/process.ts';
import { NOTHING_SPENT, nextWeight, type Spending } from '../../../server/src/domain/guard/start-weights.ts';
import type { Rollout } from '../../../server/src/domain/rollout/rollout.ts';
import type { Sent } from './traffic.ts';

/** How a control counts: every request by itself; or people, but all percents and platforms in one pot. */
export type Counting = 'requests' | 'one pot';

/** The guard's own processes fed with the wrong counts: what its counting is worth. Answers the highest ln M so far. */
export class WrongCounts {
  readonly #counting: Counting;
  readonly #erred = new Set<bigint>();
  #process: Process = NEW_PROCESS;
  #spending: Spending = NOTHING_SPENT;
  #highest = 0;

  constructor(counting: Counting) {
    this.#counting = counting;
  }

  see(sent: readonly Sent[], rollout: Rollout, at: number): number {
    const counts = { n1: 0, e1: 0, n0: 0, e0: 0 };
    for (const { report } of sent) {
      for (const { arm, closed, failed } of report.part.arms) {
        const [n, e] = this.#counting === 'requests' ? [unitsIn(closed), unitsIn(failed)] : this.#people(closed, failed);
        if (arm === 'treatment') [counts.n1, counts.e1] = [counts.n1 + n, counts.e1 + e];
        else [counts.n0, counts.e0] = [counts.n0 + n, counts.e0 + e];
      }
    }
    if (counts.n1 === 0 || counts.n0 === 0) return this.#highest;
    const line: Line = { ...counts, inStage: true, exact: false };
    const { weight, spending } = nextWeight(this.#spending, rollout.plan, { at, stage: rollout.stage, stageSeen: true });
    const { process, after } = stepProcess(
      this.#process,
      { weight, since: rollout.stageSince, lines: [line] },
      { tolerated: 1, rhoBad: rollout.plan.rhoBad },
    );
    [this.#process, this.#spending] = [process, spending];
    this.#highest = Math.max(this.#highest, after[0]?.lnM ?? 0);
    return this.#highest;
  }

  #people(closed: string, failed: string): [number, number] {
    const active = new Set(keysIn(closed).filter((key) => !this.#erred.has(key)));
    const first = new Set(keysIn(failed).filter((key) => !this.#erred.has(key)));
    for (const key of first) this.#erred.add(key);
    return [active.size, first.size];
  }
}

function unitsIn(text: string): number {
  return Buffer.byteLength(text, 'base64') / 8;
}

function keysIn(text: string): bigint[] {
  return decodeHashes(text).map(({ hi, lo }) => (BigInt(hi) << 32n) | BigInt(lo));
}
