import { createHash } from 'node:crypto';
import { constants, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Override } from '@burgee/engine';
import type { Logger, Overrides } from '../../domain/ports.ts';
import type { Delivery } from './delivery.ts';

/** Two slots of this size, written in turn: a torn write leaves the other one. */
const SLOT = 64 * 1024;
/** Settled overrides that are still announced as applied; they give way where a slot is full. */
const SETTLED = 64;

interface Entry {
  readonly project: string;
  readonly environment: string;
  readonly override: Override;
  readonly settled: boolean;
}

/**
 * Overrides reach streams before anything else happens; then they are put into a file whose blocks are taken at the start, so
 * that a full disk cannot refuse them. What the file holds is asserted again here, at once. Where the file cannot be used
 * overrides live in memory only, and the log says so. `assert` never fails: SDKs were told.
 */
export function createOverrides(input: {
  delivery: Pick<Delivery, 'override' | 'settle'>;
  file: string;
  log: Logger;
}): Overrides {
  const { delivery, file, log } = input;
  let generation = 0;
  let entries: readonly Entry[] = [];
  let descriptor: number | undefined;
  try {
    const opened = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    const found = newest(readFileSync(opened));
    generation = found.generation;
    entries = found.entries;
    allocate(opened);
    descriptor = opened;
  } catch (error) {
    log.error({ err: error, file }, 'cannot use the overrides file: overrides would not survive a restart');
  }
  for (const { override, settled, ...at } of entries) {
    delivery.override(at, override);
    if (settled) delivery.settle(override.id);
    else log.warn({ ...at, override: override.id, flag: override.flag }, 'an override from before the restart holds again');
  }

  function keep(next: readonly Entry[]): void {
    const settled = next.filter((entry) => entry.settled).slice(-SETTLED);
    entries = next.filter((entry) => !entry.settled || settled.includes(entry));
    generation += 1;
    let bytes = slot(generation, entries);
    while (bytes === undefined) {
      entries = without(entries, settled.shift() ?? entries[0]);
      bytes = slot(generation, entries);
    }
    if (descriptor === undefined) return;
    try {
      writeSync(descriptor, bytes, 0, SLOT, (generation % 2) * SLOT);
      fsyncSync(descriptor);
    } catch (error) {
      log.error({ err: error, file }, 'cannot write the overrides file: this override would not survive a restart');
    }
  }

  return {
    async assert({ project, environment }, override) {
      delivery.override({ project, environment }, override);
      const others = entries.filter((entry) => entry.override.id !== override.id);
      keep([...others, { project, environment, override, settled: false }]);
    },
    async settle(id) {
      delivery.settle(id);
      if (!entries.some((entry) => entry.override.id === id && !entry.settled)) return;
      keep(entries.map((entry) => (entry.override.id === id ? { ...entry, settled: true } : entry)));
    },
  };
}

function without(entries: readonly Entry[], one: Entry | undefined): readonly Entry[] {
  return entries.filter((entry) => entry !== one);
}

/** Writes both slots in full where the file is short, so that no later write needs a new block. */
function allocate(descriptor: number): void {
  if (fstatSync(descriptor).size >= 2 * SLOT) return;
  for (const at of [0, SLOT]) writeSync(descriptor, Buffer.alloc(SLOT, ' '), 0, SLOT, at);
  fsyncSync(descriptor);
}

/** `<sha256> <json>` padded with blanks; undefined where it does not fit. */
function slot(generation: number, entries: readonly Entry[]): Buffer | undefined {
  const body = JSON.stringify({ generation, entries });
  const text = Buffer.from(`${digest(body)} ${body}`);
  return text.length > SLOT ? undefined : Buffer.concat([text, Buffer.alloc(SLOT - text.length, ' ')]);
}

function newest(bytes: Buffer): { generation: number; entries: readonly Entry[] } {
  const read = [0, SLOT].map((at) => {
    const text = bytes.toString('utf8', at, at + SLOT).trimEnd();
    const body = text.slice(65);
    if (digest(body) !== text.slice(0, 64)) return { generation: 0, entries: [] };
    return JSON.parse(body) as { generation: number; entries: readonly Entry[] };
  });
  return read.reduce((a, b) => (b.generation > a.generation ? b : a));
}

function digest(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
