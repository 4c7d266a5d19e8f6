import { decodeHashes, encodeHashes, type UnitHash } from '@burgee/engine';

/** Where an exposure opened. */
export interface Opened {
  readonly arm: 'treatment' | 'control';
  readonly percent: number;
  readonly stratum: string;
  /** When its report came, ms. */
  readonly since: number;
}

/** Open exposures as JSON: units that opened alike, base64. */
export type OpenList = readonly (Opened & { readonly units: string })[];

/** Exposures that owe an outcome. A process that dies before it can report leaves them overdue, which counts as failed. */
export class OpenExposures {
  readonly #open = new Map<string, Opened & { readonly unit: UnitHash }>();

  static from(list: OpenList): OpenExposures {
    const open = new OpenExposures();
    for (const { units, ...opened } of list) for (const unit of decodeHashes(units)) open.add(unit, opened);
    return open;
  }

  get size(): number {
    return this.#open.size;
  }

  add(unit: UnitHash, opened: Opened): void {
    const key = keyOf(unit, opened.arm);
    if (!this.#open.has(key)) this.#open.set(key, { ...opened, unit });
  }

  close(unit: UnitHash, arm: Opened['arm']): void {
    if (this.#open.size === 0) return;
    this.#open.delete(keyOf(unit, arm));
  }

  /** Removes and returns what opened before `before`. */
  takeOverdue(before: number): (Opened & { readonly unit: UnitHash })[] {
    const overdue: (Opened & { readonly unit: UnitHash })[] = [];
    for (const [key, opened] of this.#open) {
      if (opened.since >= before) continue;
      overdue.push(opened);
      this.#open.delete(key);
    }
    return overdue;
  }

  /** After a time in which nobody could report, every clock starts anew. */
  restart(at: number): void {
    for (const [key, opened] of this.#open) this.#open.set(key, { ...opened, since: at });
  }

  toList(): OpenList {
    const groups = new Map<string, { opened: Opened; units: UnitHash[] }>();
    for (const { unit, ...opened } of this.#open.values()) {
      const key = JSON.stringify(opened);
      const group = groups.get(key) ?? { opened, units: [] };
      group.units.push(unit);
      groups.set(key, group);
    }
    return [...groups.values()].map(({ opened, units }) => ({ ...opened, units: encodeHashes(units) }));
  }
}

function keyOf(unit: UnitHash, arm: Opened['arm']): string {
  return `${arm === 'treatment' ? 1 : 0}${unit.hi.toString(36)}.${unit.lo.toString(36)}`;
}
