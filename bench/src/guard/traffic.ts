import { type RolloutReport, thresholdOf } from '@burgee/engine';
import type { UnfoldedReport } from '../../../server/src/domain/ports.ts';
import { Dice, mix } from '../dice.ts';

/** One reporting process of the application. */
export interface Client {
  readonly platform: string;
  /** Its part of the visits; a row's clients sum to 1. */
  readonly share: number;
  /** How many seconds late it hears of a percent. */
  readonly behind: number;
}

/** Where a visit happens. */
export interface Scene {
  second: number;
  stage: number;
  /** Seconds since the stage began, since the fault began; −1 before it. */
  stageSecond: number;
  faultSecond: number;
  percent: number;
}

/** How long work takes, and the cut-offs that slower work is reported at, ms. */
export interface Latency {
  readonly cutoffs: readonly number[];
  ms(treated: boolean, scene: Scene, dice: Dice): number;
}

/** How likely a visit fails. */
export type Failure = (treated: boolean, unit: number, client: number, scene: Scene) => number;

export interface Crowd {
  readonly perSecond: number;
  /** How many people come, again and again; Infinity: each visit is somebody new. */
  readonly users: number;
  /** So many of them make half of all visits. */
  readonly heavy: number;
  /** How often somebody who is sure to fail tries again, at once. */
  readonly retries?: number;
  readonly latency?: Latency;
  readonly clients: readonly Client[];
}

/** Two processes of one application that flush in turn. */
export const TWO_PROCESSES: readonly Client[] = [
  { platform: 'node', share: 0.5, behind: 0 },
  { platform: 'node', share: 0.5, behind: 0 },
];

/** Visits of one second, as a dashboard counts them: requests and failures, treatment (1) and control (0). */
export interface Requests {
  readonly r1: number;
  readonly f1: number;
  readonly r0: number;
  readonly f0: number;
}

class Units {
  #words = new Uint32Array(64);
  length = 0;

  push(lo: number, hi: number): void {
    if (this.length + 2 > this.#words.length) {
      const grown = new Uint32Array(this.#words.length * 2);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[this.length] = lo;
    this.#words[this.length + 1] = hi;
    this.length += 2;
  }

  /** base64 of 8 bytes each, low half first: as the engine's encodeHashes, at memory speed. */
  toString(): string {
    return Buffer.from(this.#words.buffer, 0, this.length * 4).toString('base64');
  }
}

interface Pending {
  readonly closed1: Units;
  readonly failed1: Units;
  readonly closed0: Units;
  readonly failed0: Units;
  /** One for each cut-off. */
  readonly slow1: readonly Units[];
  readonly slow0: readonly Units[];
  /** Treatment visits since the fault began. */
  faulty: number;
}

/** A report, and how many treatment visits in it happened under the fault. */
export interface Sent {
  readonly report: UnfoldedReport;
  readonly faulty: number;
}

/** People who visit and fail, and the reports that our SDKs would make of it: each process flushes every `flushS` seconds. */
export class Traffic {
  readonly #crowd: Crowd;
  readonly #fails: Failure;
  readonly #flushS: number;
  readonly #dice: Dice;
  readonly #salts: readonly [number, number, number];
  readonly #pending: Map<number, Pending>[];
  readonly #shares: number[] = [];
  readonly #percents: number[] = [];
  #fresh = 0;
  #reports = 0;

  constructor(crowd: Crowd, fails: Failure, flushS: number, seed: number) {
    [this.#crowd, this.#fails, this.#flushS] = [crowd, fails, flushS];
    this.#dice = new Dice(seed);
    this.#salts = [this.#dice.bits(), this.#dice.bits(), this.#dice.bits()];
    this.#pending = crowd.clients.map(() => new Map());
    let sum = 0;
    for (const { share } of crowd.clients) {
      sum += share;
      this.#shares.push(sum);
    }
  }

  /** One second of visits, and what is flushed at its end. */
  second(scene: Scene): { readonly requests: Requests; readonly sent: readonly Sent[] } {
    this.#percents.push(scene.percent);
    const seen = this.#crowd.clients.map(({ behind }) => this.#percents[Math.max(0, this.#percents.length - 1 - behind)] ?? 0);
    const thresholds = seen.map(thresholdOf);
    const buffers = seen.map((percent, client) => this.#bufferOf(client, percent));
    const [saltHi, saltLo, saltPlace] = this.#salts;
    const { latency } = this.#crowd;
    let [r1, f1, r0, f0] = [0, 0, 0, 0];
    for (let i = 0; i < this.#crowd.perSecond; i++) {
      const unit = this.#pick();
      const client = this.#client();
      const buffer = buffers[client];
      if (buffer === undefined) continue;
      const treated = mix(mix(unit ^ saltPlace) + 0x632be5ab) % 100_000 < (thresholds[client] ?? 0);
      const risk = this.#fails(treated, unit, client, scene);
      const failed = this.#dice.next() < risk;
      const times = risk < 1 ? 1 : 1 + (this.#crowd.retries ?? 0);
      const [lo, hi] = [mix(mix(unit ^ saltLo) + 0x2545f491), mix(unit ^ saltHi)];
      for (let time = 0; time < times; time++) {
        (treated ? buffer.closed1 : buffer.closed0).push(lo, hi);
        if (failed) (treated ? buffer.failed1 : buffer.failed0).push(lo, hi);
      }
      if (treated) {
        r1 += times;
        if (failed) f1 += times;
        if (scene.faultSecond >= 0) buffer.faulty += times;
      } else {
        r0 += times;
        if (failed) f0 += times;
      }
      if (latency === undefined) continue;
      const ms = latency.ms(treated, scene, this.#dice);
      const slow = treated ? buffer.slow1 : buffer.slow0;
      for (const [k, units] of slow.entries()) if (ms > (latency.cutoffs[k] ?? 0)) units.push(lo, hi);
    }
    return { requests: { r1, f1, r0, f0 }, sent: this.#flush(scene.second) };
  }

  #pick(): number {
    const { users, heavy } = this.#crowd;
    if (users === Number.POSITIVE_INFINITY) return this.#fresh++;
    return heavy > 0 && this.#dice.next() < 0.5 ? this.#dice.below(heavy) : this.#dice.below(users);
  }

  #client(): number {
    const last = this.#shares.length - 1;
    if (last === 0) return 0;
    const at = this.#dice.next();
    for (let i = 0; i < last; i++) if (at < (this.#shares[i] ?? 1)) return i;
    return last;
  }

  #bufferOf(client: number, percent: number): Pending {
    const known = this.#pending[client]?.get(percent);
    if (known !== undefined) return known;
    const slow = () => (this.#crowd.latency?.cutoffs ?? []).map(() => new Units());
    const units = { closed1: new Units(), failed1: new Units(), closed0: new Units(), failed0: new Units() };
    const made: Pending = { ...units, slow1: slow(), slow0: slow(), faulty: 0 };
    this.#pending[client]?.set(percent, made);
    return made;
  }

  #flush(second: number): Sent[] {
    return this.#crowd.clients.flatMap(({ platform }, client) => {
      const pending = this.#pending[client];
      if (pending === undefined || pending.size === 0 || (second + client) % this.#flushS !== 0) return [];
      const part: RolloutReport = {
        rollout: 'bench',
        arms: [...pending].flatMap(([percent, { closed1, failed1, closed0, failed0, slow1, slow0 }]) => [
          { arm: 'treatment', percent, opened: '', closed: `${closed1}`, failed: `${failed1}`, slow: slow1.map(String) },
          { arm: 'control', percent, opened: '', closed: `${closed0}`, failed: `${failed0}`, slow: slow0.map(String) },
        ]),
        unattributed: 0,
      };
      const faulty = [...pending.values()].reduce((sum, buffer) => sum + buffer.faulty, 0);
      pending.clear();
      this.#reports += 1;
      const report = { instance: `process-${client}`, sequence: this.#reports, app: 'shop', platform };
      return [{ report: { id: this.#reports, receivedAt: 0, client: false, report, part }, faulty }];
    });
  }
}
