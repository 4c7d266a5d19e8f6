import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Revision } from '@burgee/engine';
import { MAX_RULESET_BYTES, openEnvelope } from '../delivery/envelope.ts';
import type { Held } from '../delivery/held.ts';
import { compareRevisions } from '../delivery/order.ts';
import { seal } from './seal.ts';

/** The hex SHA-256 of a text. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The last known good ruleset in a folder, safe to share between processes. */
export interface Disk {
  /** The newest undamaged generation, or undefined. Never throws. */
  load(): Promise<Held | undefined>;
  /**
   * Writes the ruleset's envelope (made here, where it came without), fsyncs and renames, mode 0600, and keeps the generation
   * before it. Does nothing where the folder has this revision or a newer one already. Rejects where the folder cannot be written.
   */
  save(ruleset: Held, envelope?: string): Promise<void>;
}

/** A generation's file. */
interface Generation {
  readonly path: string;
  readonly revision: Revision;
}

/** A process that died while writing leaves its temporary file; it goes after this long, ms. */
const ABANDONED_MS = 60_000;

/**
 * Files are named after the hash of url and key, so that clients of different servers or environments can share a folder and
 * never read each other's, and after the revision, so that processes that race can never overwrite a newer generation. They
 * never expire: an old ruleset is better than none.
 */
export function createDisk(folder: string, url: string, key: string): Disk {
  const name = `burgee-${sha256(`${url}\n${key}`).slice(0, 32)}`;
  const pathOf = ({ epoch, n }: Revision): string => join(folder, `${name}.${epoch}.${n}.json`);

  /** Newest first. */
  const generations = async (): Promise<Generation[]> => {
    const found: Generation[] = [];
    for (const file of await readdir(folder)) {
      const match = file.startsWith(`${name}.`) ? /\.(\d{1,15})\.(\d{1,15})\.json$/.exec(file) : null;
      if (match === null) continue;
      found.push({ path: join(folder, file), revision: { epoch: Number(match[1]), n: Number(match[2]) } });
    }
    return found.sort((a, b) => compareRevisions(b.revision, a.revision));
  };

  const newest = async <T>(
    read: (path: string) => Promise<T | undefined>,
  ): Promise<{ readonly found: T | undefined; readonly damaged: readonly string[] }> => {
    const damaged: string[] = [];
    for (const { path } of await generations()) {
      const found = await read(path);
      if (found !== undefined) return { found, damaged };
      damaged.push(path);
    }
    return { found: undefined, damaged };
  };

  /** What this process wrote last and nobody has touched needs no reading: parsing it would keep evaluations waiting. */
  let written: { readonly path: string; readonly mark: string; readonly head: Head } | undefined;
  const readHead = async (path: string): Promise<Head | undefined> =>
    path === written?.path && (await markOf(path)) === written.mark ? written.head : read(path);

  return {
    async load() {
      // what was listed may have been superseded and removed by another process before it was read
      for (let attempt = 0; attempt < 3; attempt++) {
        const { found, damaged } = await newest(read).catch(() => ({ found: undefined, damaged: [] }));
        if (found !== undefined || damaged.length === 0) return found;
      }
      return undefined;
    },
    async save(ruleset, envelope) {
      // the turn in which it was received has done enough
      await turn();
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await sweep(folder, name);
      const { found: there, damaged } = await newest(readHead);
      const isKin = there?.project === ruleset.project && there.environment === ruleset.environment;
      if (isKin && compareRevisions(there.revision, ruleset.revision) >= 0) return;
      const path = pathOf(ruleset.revision);
      const temporary = join(folder, `${name}.${randomUUID()}.tmp`);
      try {
        await writeDurably(temporary, envelope ?? (await seal(ruleset)));
        const mark = await markOf(temporary);
        await rename(temporary, path);
        const { project, environment, revision } = ruleset;
        written = mark === undefined ? undefined : { path, mark, head: { project, environment, revision } };
      } catch (error) {
        await remove(temporary);
        throw error;
      }
      for (const one of await generations()) {
        // after a server that was set up anew, what it had before must not win by its higher revision
        const isKept = isKin && compareRevisions(one.revision, there.revision) >= 0 && !damaged.includes(one.path);
        if (one.path !== path && !isKept) await remove(one.path);
      }
    },
  };
}

type Head = Pick<Held, 'project' | 'environment' | 'revision'>;

/** Tells whether a file is still the one that was looked at, as far as the file system knows. */
const markOf = (path: string): Promise<string | undefined> =>
  lstat(path, { bigint: true }).then(
    ({ ino, size, mtimeNs, mode }) => `${ino}.${size}.${mtimeNs}.${mode}`,
    () => undefined,
  );

const remove = (path: string): Promise<void> => unlink(path).catch(() => undefined);

async function read(path: string): Promise<Held | undefined> {
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

async function writeDurably(path: string, text: string | readonly Buffer[]): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await writeFile(handle, text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sweep(folder: string, name: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (!file.startsWith(`${name}.`) || !file.endsWith('.tmp')) continue;
    const path = join(folder, file);
    const found = await lstat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS) await remove(path);
  }
}
