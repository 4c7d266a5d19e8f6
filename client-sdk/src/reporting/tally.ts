import {
  type Arm,
  addToSketch,
  type CountReport,
  type CountSlot,
  createSketch,
  encodeSketch,
  type Observer,
  type Ramp,
  type SketchReport,
  type SketchSlot,
} from '@burgee/engine';

/** Counts evaluations and sketches audiences; hangs on the engine as its observer. */
export interface Tally {
  readonly observer: Observer;
  /** Gathers what was counted, so that little of the ruleset that was in force until now is held: nothing where another came as a whole. */
  swap(isWhole: boolean): void;
  counts(limit: number): { readonly counts: CountReport[]; readonly more: boolean };
  /** Sketches that changed since they were last taken. */
  sketches(limit: number): { readonly sketches: SketchReport[]; readonly more: boolean };
}

type Counted = Omit<CountReport, 'count'>;

interface Audience {
  readonly flag: string;
  readonly rule: string;
  readonly registers: Uint8Array;
  /** Since they were last taken. */
  used: boolean;
  /** The rules that hold the registers; those of several rulesets may. */
  slots: SketchSlot[];
}

/** Audiences sketched at most: 4 MB of registers. */
const MOST_SKETCHES = 4_000;
const MOST_COUNTS = 20_000;
/** Changes after which what they replaced is let go, where no report did so before. */
const MOST_CHANGES = 100;
/** Where what is too much goes. */
const NOWHERE = createSketch();

/** `armed` hears of ramped rules; it may be slower than the rest, for only ramped flags get there. */
export function createTally(
  armed: (ramp: Ramp, flag: string, rule: string, percent: number, unit: string, arm: Arm) => void,
): Tally {
  // those whose slots are not 0
  let counting: (Counted & { readonly slot: CountSlot })[] = [];
  // by flag: a list of the few that each has is quicker than names made of all three, and a swap settles them all at once
  const totals = new Map<string, CountReport[]>();
  let kept = 0;
  let changes = 0;
  const audiences = new Map<string, Audience>();

  const add = ({ flag, rule, variant, slot: { count } }: (typeof counting)[number]): void => {
    const ofFlag = totals.get(flag) ?? [];
    const at = ofFlag.findIndex((total) => total.rule === rule && total.variant === variant);
    const before = ofFlag[at];
    if (before !== undefined) ofFlag[at] = { flag, rule, variant, count: before.count + count };
    if (before !== undefined || kept >= MOST_COUNTS) return;
    ofFlag.push({ flag, rule, variant, count });
    totals.set(flag, ofFlag);
    kept++;
  };

  const settle = (): void => {
    for (const counted of counting) {
      add(counted);
      counted.slot.count = 0;
    }
    counting = [];
  };

  const detach = (audience: Audience): void => {
    for (const slot of audience.slots) slot.sketch = null;
    audience.slots = [];
  };

  const sketchOf = (flag: string, rule: string, slot: SketchSlot): Uint8Array => {
    const key = JSON.stringify([flag, rule]);
    let audience = audiences.get(key);
    if (audience === undefined) {
      if (audiences.size >= MOST_SKETCHES) return NOWHERE;
      audience = { flag, rule, registers: createSketch(), used: false, slots: [] };
      audiences.set(key, audience);
    }
    audience.used = true;
    audience.slots.push(slot);
    slot.sketch = audience.registers;
    return audience.registers;
  };

  return {
    observer: {
      decided(flag, rule, variant, slot) {
        if (slot.count++ === 0) counting.push({ flag, rule, variant, slot });
      },
      audience(flag, rule, hash, slot) {
        addToSketch(slot.sketch ?? sketchOf(flag, rule, slot), hash);
      },
      arm(ramp, flag, rule, percent, unit, arm) {
        try {
          armed(ramp, flag, rule, percent, unit, arm);
        } catch {
          // reporting must not take an answer away
        }
      },
    },
    swap(isWhole) {
      // after a change most slots count on: gathering all would take as long as the change
      if (!isWhole && ++changes < MOST_CHANGES) return;
      changes = 0;
      settle();
      for (const audience of audiences.values()) detach(audience);
    },
    counts(limit) {
      settle();
      const counts: CountReport[] = [];
      for (const [flag, ofFlag] of totals) {
        if (counts.length >= limit) break;
        counts.push(...ofFlag.splice(0, limit - counts.length));
        if (ofFlag.length === 0) totals.delete(flag);
      }
      kept -= counts.length;
      return { counts, more: kept > 0 };
    },
    sketches(limit) {
      const sketches: SketchReport[] = [];
      for (const audience of audiences.values()) {
        if (!audience.used) continue;
        if (sketches.length >= limit) return { sketches, more: true };
        sketches.push({ flag: audience.flag, rule: audience.rule, registers: encodeSketch(audience.registers) });
        audience.registers.fill(0);
        audience.used = false;
        detach(audience);
      }
      return { sketches, more: false };
    },
  };
}
