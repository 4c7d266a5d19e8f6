import type { UnitHash } from '@burgee/engine';

/** A set of unit hashes: open addressing over their two halves, 11 to 22 bytes a unit. */
export class UnitSet {
  #hi = new Uint32Array(64);
  #lo = new Uint32Array(64);
  #size = 0;
  // 0,0 marks a free slot
  #zero = false;

  get size(): number {
    return this.#size;
  }

  has(unit: UnitHash): boolean {
    if (unit.hi === 0 && unit.lo === 0) return this.#zero;
    return this.#lo[this.#slot(unit.hi, unit.lo)] !== 0 || this.#hi[this.#slot(unit.hi, unit.lo)] !== 0;
  }

  /** Whether it was new. */
  add(unit: UnitHash): boolean {
    if (unit.hi === 0 && unit.lo === 0) {
      if (this.#zero) return false;
      this.#zero = true;
      this.#size += 1;
      return true;
    }
    const slot = this.#slot(unit.hi, unit.lo);
    if (this.#lo[slot] !== 0 || this.#hi[slot] !== 0) return false;
    this.#hi[slot] = unit.hi;
    this.#lo[slot] = unit.lo;
    this.#size += 1;
    if (this.#size * 4 > this.#hi.length * 3) this.#grow();
    return true;
  }

  #slot(hi: number, lo: number): number {
    const mask = this.#hi.length - 1;
    let slot = (lo ^ (hi >>> 7)) & mask;
    while ((this.#lo[slot] !== 0 || this.#hi[slot] !== 0) && !(this.#lo[slot] === lo && this.#hi[slot] === hi)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [hi, lo] = [this.#hi, this.#lo];
    this.#hi = new Uint32Array(hi.length * 2);
    this.#lo = new Uint32Array(hi.length * 2);
    for (let i = 0; i < hi.length; i++) {
      const [h, l] = [hi[i] ?? 0, lo[i] ?? 0];
      if (h === 0 && l === 0) continue;
      const slot = this.#slot(h, l);
      this.#hi[slot] = h;
      this.#lo[slot] = l;
    }
  }
}
