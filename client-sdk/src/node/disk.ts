import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Ruleset } from '@burgee/engine';
import { MAX_RULESET_BYTES, openEnvelope } from '../delivery/envelope.ts';
import { compareRevisions } from '../delivery/merge.ts';

/** The hex SHA-256 of a text. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The last known good ruleset in a folder, safe to share between processes. */
export interface Disk {
  /** The newest undamaged generation, or undefined. Never throws. */
  load(): Promise<Ruleset | undefined>;
  /**
   * Writes the envelope beside the file, fsyncs and renames, mode 0600; what was there becomes the previous generation. A
   * newer revision of the same epoch line is left alone. Rejects where the folder cannot be written.
   */
  save(envelope: string, ruleset: Ruleset): Promise<void>;
}

/**
 * The file is named after the hash of url and key, so that clients of different servers or environments can share a folder and
 * never read each other's. It never expires: an old ruleset is better than none.
 */
export function createDisk(folder: string, url: string, key: string): Disk {
  const file = join(folder, `burgee-${sha256(`${url}\n${key}`).slice(0, 32)}.json`);
  const previous = `${file}.previous`;

  const newest = async (): Promise<Ruleset | undefined> => {
    const found = [await loadFile(file), await loadFile(previous)].filter((ruleset) => ruleset !== undefined);
    return found.sort((a, b) => compareRevisions(b.revision, a.revision))[0];
  };

  return {
    load: newest,
    async save(envelope, ruleset) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await sweep(folder, file);
      const current = await loadFile(file);
      const kin = (other: Ruleset | undefined): other is Ruleset =>
        other?.project === ruleset.project && other.environment === ruleset.environment;
      const there = await newest();
      if (kin(there) && compareRevisions(there.revision, ruleset.revision) >= 0) return;
      const fresh = `${file}.${randomUUID()}.tmp`;
      try {
        await writeDurably(fresh, envelope);
        if (kin(current)) await keep(file, previous);
        // after a server that was set up anew, the older generation must not win by its higher revision
        else if (there !== undefined && !kin(there)) await unlink(previous).catch(() => undefined);
        await rename(fresh, file);
      } catch (error) {
        await unlink(fresh).catch(() => undefined);
        throw error;
      }
    },
  };
}

const ABANDONED_MS = 60_000;

async function loadFile(path: string): Promise<Ruleset | undefined> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { size } = await handle.stat();
      if (size > MAX_RULESET_BYTES + 1024) return undefined;
      const message = openEnvelope(await handle.readFile('utf8'), sha256);
      return message.kind === 'ruleset' ? message.ruleset : undefined;
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what processes that died while writing have left. */
async function sweep(folder: string, file: string): Promise<void> {
  const mine = basename(file);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(mine) || !name.endsWith('.tmp')) continue;
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS) await unlink(path).catch(() => undefined);
  }
}

/** Links rather than renames, so that at no moment there is no current file. */
async function keep(file: string, previous: string): Promise<void> {
  const kept = `${previous}.${randomUUID()}.tmp`;
  try {
    await link(file, kept);
    await rename(kept, previous);
  } catch {
    await unlink(kept).catch(() => undefined);
  }
}
