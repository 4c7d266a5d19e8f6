import { createHash } from 'node:crypto';
import { constants, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { HeldOverride, Logger, Overrides } from '../../domain/ports.ts';
import type { Delivery } from './delivery.ts';

/** Two slots of this size, written in turn: a torn write leaves the other one. */
const SLOT = 256 * 1024;
/** Settled overrides that are still announced as applied; they give way where a slot is full. */
const SETTLED = 64;
/** Characters of a reason that the file keeps; 500 reverts with sentences of guards fit. */
const TEXT = 400;

interface Entry extends HeldOverride {
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
  for (const { override, settled, project, environment } of entries) {
    const at = { project, environment };
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
      const given = settled.shift() ?? entries[0];
      if (given?.settled === false)
        log.error({ override: given.override.id }, 'the overrides file is full: this override would not survive a restart');
      entries = without(entries, given);
      bytes = slot(generation, entries);
    }
    if (descriptor === undefined) return;
    try {
      writeSync(descriptor, bytes, 0, bytes.length, (generation % 2) * SLOT);
      fsyncSync(descriptor);
    } catch (error) {
      log.error({ err: error, file }, 'cannot write the overrides file: this override would not survive a restart');
    }
  }

  return {
    async assert(held) {
      const { project, environment, override, why } = held;
      delivery.override({ project, environment }, override);
      const others = entries.filter((entry) => entry.override.id !== override.id);
      keep([...others, { ...held, why: { actor: why.actor, text: why.text.slice(0, TEXT) }, settled: false }]);
    },
    async settle(id) {
      delivery.settle(id);
      if (!entries.some((entry) => entry.override.id === id && !entry.settled)) return;
      keep(entries.map((entry) => (entry.override.id === id ? { ...entry, settled: true } : entry)));
    },
    pending: () => entries.filter(({ settled }) => !settled),
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

/** `<sha256> <json>` and a line feed; what an older one left behind that is not read. Undefined where it does not fit. */
function slot(generation: number, entries: readonly Entry[]): Buffer | undefined {
  const body = JSON.stringify({ generation, entries });
  const text = Buffer.from(`${digest(body)} ${body}\n`);
  return text.length > SLOT ? undefined : text;
}

function newest(bytes: Buffer): { generation: number; entries: readonly Entry[] } {
  const read = [0, SLOT].map((at) => {
    const text = bytes.toString('utf8', at, at + SLOT);
    const body = text.slice(65, text.indexOf('\n'));
    if (digest(body) !== text.slice(0, 64)) return { generation: 0, entries: [] };
    return JSON.parse(body) as { generation: number; entries: readonly Entry[] };
  });
  return read.reduce((a, b) => (b.generation > a.generation ? b : a));
}

function digest(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
