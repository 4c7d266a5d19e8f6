/** The side file beside a database: the highest revision of each environment that was ever durable, to tell an old copy by. */
import { existsSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { Revision } from '@burgee/engine';
import type { Committed, Logger } from '../domain/ports.ts';

type Moves = Committed['revisions'];

/**
 * Written at most once a second, after the commits it tells of, and never waited for. It may lag behind the database but never
 * runs ahead of it, so it never takes a good database for an old copy. An old copy from within the lag goes unseen here; SDKs
 * that announce a higher n find that one (`Store.newEpoch`).
 */
export interface EpochFile {
  /** What was read at open; `'damaged'` when a file is there and cannot be believed. */
  readonly found: Moves | 'damaged';
  note(moves: Moves): void;
  /** Resolves once everything noted is fsynced. */
  flush(): Promise<void>;
}

const LAG_MS = 1000;

/** Orders revisions: epochs first. */
export function isBehind(a: Revision, b: Revision): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.n < b.n);
}

/** Reads the file, if there is one. Failing to write it later is logged and changes nothing else. */
export function openEpochFile(path: string, log: Logger): EpochFile {
  const found = read(path);
  const highest = new Map<string, Moves[number]>();
  if (found !== 'damaged') for (const move of found) highest.set(keyOf(move), move);
  let dirty = false;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  async function write(): Promise<void> {
    if (!dirty) return;
    dirty = false;
    const text = JSON.stringify({ schema: 1, environments: [...highest.values()] });
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
  }
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write).catch((error: unknown) => log.warn({ err: error, path }, 'cannot write the epoch file'));
    return writing;
  }
  return {
    found,
    note(moves) {
      for (const move of moves) {
        const known = highest.get(keyOf(move));
        if (known !== undefined && !isBehind(known.revision, move.revision)) continue;
        highest.set(keyOf(move), move);
        dirty = true;
      }
      if (dirty && timer === undefined) timer = setTimeout(() => void flush(), LAG_MS).unref();
    },
    flush,
  };
}

function keyOf(move: Moves[number]): string {
  return `${move.project}/${move.environment}`;
}

function read(path: string): Moves | 'damaged' {
  if (!existsSync(path)) return [];
  try {
    const content = JSON.parse(readFileSync(path, 'utf8')) as { schema?: unknown; environments?: unknown };
    if (content.schema !== 1 || !Array.isArray(content.environments)) return 'damaged';
    return content.environments.every(isMove) ? content.environments : 'damaged';
  } catch {
    return 'damaged';
  }
}

function isMove(value: unknown): value is Moves[number] {
  const move = value as { project?: unknown; environment?: unknown; revision?: { epoch?: unknown; n?: unknown } | null } | null;
  return (
    typeof move?.project === 'string' &&
    typeof move.environment === 'string' &&
    Number.isSafeInteger(move.revision?.epoch) &&
    Number.isSafeInteger(move.revision?.n)
  );
}
