import { randomBytes } from 'node:crypto';
import { addToSketch, createSketch, encodeSketch, type Observer, type Report } from '@burgee/engine';
import type { Clock, Logger, Store } from '../../domain/ports.ts';
import { minutesOf } from '../../domain/usage.ts';

interface Place {
  readonly project: string;
  readonly environment: string;
}

interface Count {
  readonly flag: string;
  readonly rule: string | null;
  readonly variant: string;
  count: number;
}

interface Sketch {
  readonly flag: string;
  readonly rule: string;
  readonly registers: Uint8Array;
}

interface Tally {
  readonly at: Place;
  readonly observer: Observer;
  readonly counts: Map<string, Count>;
  readonly sketches: Map<string, Sketch>;
}

/** The evaluations that the server makes for callers without an SDK of ours. */
export interface Exposures {
  /** Hears evaluations of one environment. The same object each time. */
  observer(at: Place): Observer;
  /** Stores what is left. */
  close(): Promise<void>;
}

const FLUSH_MS = 60_000;
/** Reports that the store does not take are kept so long, an hour; then the oldest goes. */
const KEPT = 60;

/** Counts like an SDK does and reports like one: this process is the instance, `ofrep` the app. No outcomes, so no evidence. */
export function createExposures({ store, clock, log }: { store: Pick<Store, 'ingest'>; clock: Clock; log: Logger }): Exposures {
  const instance = randomBytes(16).toString('base64url');
  const tallies = new Map<string, Tally>();
  const waiting: { readonly at: Place; readonly ended: number; readonly report: Report }[] = [];
  let sequence = 0;
  let began = clock();
  let flushing = Promise.resolve();

  function tallyOf(at: Place): Tally {
    const key = `${at.project}/${at.environment}`;
    const known = tallies.get(key);
    if (known) return known;
    const counts = new Map<string, Count>();
    const sketches = new Map<string, Sketch>();
    const observer: Observer = {
      decided(flag, rule, variant) {
        const subject = `${flag}/${rule ?? '-'}/${variant}`;
        const entry = counts.get(subject);
        if (entry) entry.count += 1;
        else counts.set(subject, { flag, rule, variant, count: 1 });
      },
      audience(flag, rule, hash) {
        const subject = `${flag}/${rule}`;
        const entry = sketches.get(subject) ?? { flag, rule, registers: createSketch() };
        sketches.set(subject, entry);
        addToSketch(entry.registers, hash);
      },
      arm() {},
    };
    const tally = { at: { project: at.project, environment: at.environment }, observer, counts, sketches };
    tallies.set(key, tally);
    return tally;
  }

  function collect(): void {
    const ended = clock();
    for (const { at, counts, sketches } of tallies.values()) {
      if (counts.size === 0) continue;
      const report: Report = {
        schema: 1,
        instance,
        sequence: ++sequence,
        sdk: 'burgee-server/ofrep',
        app: 'ofrep',
        platform: 'server',
        revision: null,
        spanMs: Math.max(0, ended - began),
        counts: [...counts.values()],
        sketches: [...sketches.values()].map(({ flag, rule, registers }) => ({ flag, rule, registers: encodeSketch(registers) })),
        work: null,
        attributes: [],
        rollouts: [],
      };
      waiting.push({ at, ended, report });
      counts.clear();
      sketches.clear();
    }
    began = ended;
  }

  async function send(): Promise<void> {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const { at, ended, report } = next;
      await store.ingest({ ...at, client: false, report, minutes: minutesOf(report, at, ended) });
      waiting.shift();
    }
  }

  function flush(): Promise<void> {
    collect();
    waiting.splice(0, Math.max(0, waiting.length - KEPT));
    flushing = flushing.then(send).catch((error: unknown) => {
      log.warn({ err: error, waiting: waiting.length }, 'cannot store the counts of server evaluations; trying again');
    });
    return flushing;
  }

  const timer = setInterval(() => void flush(), FLUSH_MS).unref();
  return {
    observer: (at) => tallyOf(at).observer,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
