import {
  type Arm,
  addToSketch,
  type CountReport,
  createSketch,
  encodeSketch,
  type Observer,
  type Ramp,
  type SketchReport,
} from '@burgee/engine';

/** Counts evaluations and sketches audiences; hangs on the engine as its observer. */
export interface Tally {
  readonly observer: Observer;
  /** An observer for evaluations that stay with one ruleset after a swap; it costs nothing once nobody holds it. */
  pinned(): Observer;
  /** Slots are numbered anew in every ruleset: call it before another one is evaluated. */
  swap(): void;
  counts(limit: number): { readonly counts: CountReport[]; readonly more: boolean };
  /** Sketches that changed since they were last taken. */
  sketches(limit: number): { readonly sketches: SketchReport[]; readonly more: boolean };
}

interface Audience {
  readonly flag: string;
  readonly rule: string;
  registers: Uint8Array;
  used: boolean;
  /** Another flag's rule of the same id, which is rare. */
  next: Audience | undefined;
}

/** Audiences sketched at most: 4 MB of registers. */
const MOST_SKETCHES = 4_000;
const MOST_COUNTS = 20_000;

/** `armed` hears of ramped rules; it may be slower than the rest, for only ramped flags get there. */
export function createTally(
  armed: (ramp: Ramp, flag: string, rule: string, percent: number, unit: string, arm: Arm) => void,
): Tally {
  let slots = new Float64Array(256);
  let names: ({ readonly flag: string; readonly rule: string | null; readonly variant: string } | undefined)[] = [];
  const totals = new Map<
    string,
    { readonly flag: string; readonly rule: string | null; readonly variant: string; count: number }
  >();
  const audiences = new Map<string, Audience>();
  const unsettled = new Set<() => void>();
  let sketched = 0;

  const add = (flag: string, rule: string | null, variant: string, count: number): void => {
    const key = JSON.stringify([flag, rule, variant]);
    const total = totals.get(key);
    if (total !== undefined) total.count += count;
    else if (totals.size < MOST_COUNTS) totals.set(key, { flag, rule, variant, count });
  };

  const settle = (): void => {
    names.forEach((name, slot) => {
      const count = slots[slot] ?? 0;
      if (name === undefined || count === 0) return;
      slots[slot] = 0;
      add(name.flag, name.rule, name.variant, count);
    });
    for (const settlePinned of unsettled) settlePinned();
    unsettled.clear();
  };

  const audienceOf = (flag: string, rule: string): Audience | undefined => {
    const first = audiences.get(rule);
    for (let audience = first; audience !== undefined; audience = audience.next) if (audience.flag === flag) return audience;
    if (sketched >= MOST_SKETCHES) return undefined;
    sketched++;
    const fresh: Audience = { flag, rule, registers: createSketch(), used: false, next: first };
    audiences.set(rule, fresh);
    return fresh;
  };

  const audience = (flag: string, rule: string, hash: number): void => {
    const known = audienceOf(flag, rule);
    if (known === undefined) return;
    known.used = true;
    addToSketch(known.registers, hash);
  };

  return {
    observer: {
      decided(flag, rule, variant, slot) {
        if (slot >= slots.length) {
          const grown = new Float64Array(Math.max(slot + 1, slots.length * 2));
          grown.set(slots);
          slots = grown;
        }
        if (slots[slot] === 0) names[slot] ??= { flag, rule, variant };
        slots[slot] = (slots[slot] ?? 0) + 1;
      },
      audience,
      arm: armed,
    },
    pinned() {
      let rows: CountReport[] = [];
      const settlePinned = (): void => {
        for (const { flag, rule, variant, count } of Object.values(rows)) add(flag, rule, variant, count);
        rows = [];
      };
      return {
        decided(flag, rule, variant, slot) {
          const row = rows[slot] as { count: number } | undefined;
          if (row !== undefined) row.count++;
          else {
            rows[slot] = { flag, rule, variant, count: 1 };
            unsettled.add(settlePinned);
          }
        },
        audience,
        arm: armed,
      };
    },
    swap() {
      settle();
      slots = new Float64Array(256);
      names = [];
    },
    counts(limit) {
      settle();
      const counts: CountReport[] = [];
      for (const [key, total] of totals) {
        if (counts.length >= limit) break;
        counts.push(total);
        totals.delete(key);
      }
      return { counts, more: totals.size > 0 };
    },
    sketches(limit) {
      const sketches: SketchReport[] = [];
      for (const first of audiences.values()) {
        for (let audience: Audience | undefined = first; audience !== undefined; audience = audience.next) {
          if (!audience.used) continue;
          if (sketches.length >= limit) return { sketches, more: true };
          sketches.push({ flag: audience.flag, rule: audience.rule, registers: encodeSketch(audience.registers) });
          audience.registers = createSketch();
          audience.used = false;
        }
      }
      return { sketches, more: false };
    },
  };
}
