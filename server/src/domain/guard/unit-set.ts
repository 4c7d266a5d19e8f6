import type { UnitHash } from '@burgee/engine';

/** A set of unit hashes: open addressing over their two halves, 11 to 22 bytes a unit. */
export class UnitSet {
  #hi: Uint32Array;
  #lo: Uint32Array;
  #size = 0;
  #left = 0;
  // 0,0 marks a free slot
  #zero = false;

  /** `expected`: room for so many from the beginning, so that filling it need not grow it. */
  constructor(expected = 0) {
    const slots = Math.max(64, 2 ** Math.ceil(Math.log2((expected * 4) / 3 + 1)));
    this.#hi = new Uint32Array(slots);
    this.#lo = new Uint32Array(slots);
  }

  /** How many were ever added, kept or not. */
  get size(): number {
    return this.#size + this.#left;
  }

  get bytes(): number {
    return 8 * this.#hi.length;
  }

  /** Drops all others; `size` still counts them, and they must never be added again. */
  keep(wanted: (unit: UnitHash) => boolean): void {
    const before = this.size;
    const units = this.#units().filter(wanted);
    this.#hi = new Uint32Array(64);
    this.#lo = new Uint32Array(64);
    this.#size = 0;
    this.#zero = false;
    for (const unit of units) this.add(unit);
    this.#left = before - units.length;
  }

  #units(): UnitHash[] {
    const units: UnitHash[] = this.#zero ? [{ hi: 0, lo: 0 }] : [];
    for (let i = 0; i < this.#hi.length; i++) {
      const [hi, lo] = [this.#hi[i] ?? 0, this.#lo[i] ?? 0];
      if (hi !== 0 || lo !== 0) units.push({ hi, lo });
    }
    return units;
  }

  has(unit: UnitHash): boolean {
    if (unit.hi === 0 && unit.lo === 0) return this.#zero;
    const slot = this.#slot(unit.hi, unit.lo);
    return this.#lo[slot] !== 0 || this.#hi[slot] !== 0;
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
