import { unwatchFile, watchFile } from 'node:fs';
import { open } from 'node:fs/promises';
import type { LocalHost } from '../client.ts';
import { MAX_RULESET_BYTES, openEnvelope } from '../delivery/envelope.ts';
import { type Held, holdText } from '../delivery/held.ts';
import { sha256 } from './disk.ts';

const LOOK_MS = 500;

/**
 * Follows a ruleset's file by looking at it, which also sees files that are replaced, mounted or linked anew. One read at a time;
 * it keeps no process alive.
 */
export function createFileFeed(path: string): LocalHost['local'] {
  return (owner) => {
    let closed = false;
    let reading = false;
    let again = false;
    let taken: string | undefined;

    const read = async (): Promise<void> => {
      try {
        const text = await readText(path);
        if (text === taken || closed) return;
        await owner.take(readRuleset(text));
        taken = text;
      } catch (error) {
        const why = error instanceof Error ? error.message : 'unknown reason';
        owner.failed({ code: 'file', message: `${path} cannot be used: ${why}` });
      }
    };

    const look = async (): Promise<void> => {
      again = reading;
      if (reading) return;
      reading = true;
      do {
        again = false;
        await read();
      } while (again && !closed);
      reading = false;
    };

    return {
      start() {
        if (closed) return;
        watchFile(path, { interval: LOOK_MS, persistent: false }, look);
        void look();
      },
      close() {
        closed = true;
        unwatchFile(path, look);
      },
      mode: () => (closed ? 'closed' : 'file'),
    };
  };
}

async function readText(path: string): Promise<string> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    if (size > MAX_RULESET_BYTES) throw new Error(`it is larger than ${MAX_RULESET_BYTES} bytes`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * A ruleset's text as it is, or in the envelope that the server puts around it, whose checksum then holds it to what was sent.
 * Throws what keeps it from being one.
 */
export function readRuleset(text: string): Held {
  const bare = text.trim();
  if (!/^\{\s*"sha256"/.test(bare)) return holdText(bare);
  const message = openEnvelope(bare, sha256);
  if (message.kind !== 'ruleset') throw new Error('a delta is no ruleset');
  return message.ruleset;
}
