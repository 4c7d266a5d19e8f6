import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Held } from '../delivery/held.ts';

/** Flags and characters written between two turns of the event loop: a tenth of a millisecond. */
const SLICE = { flags: 50, length: 32_768 };

/**
 * The envelope of a ruleset, as the server would send it; made in slices, so that a large one keeps nobody waiting, and left in them:
 * to join them would take as long as ten.
 */
export async function seal({ flags, ...rest }: Held): Promise<readonly Buffer[]> {
  const hash = createHash('sha256');
  const parts: Buffer[] = [];
  const add = (part: string): void => {
    const bytes = bytesOf(part);
    hash.update(bytes);
    parts.push(bytes);
  };
  add(`${JSON.stringify(rest).slice(0, -1)},"flags":[`);
  let slice = '';
  let count = 0;
  for (const key of flags.keys()) {
    if (++count % SLICE.flags === 0 || slice.length > SLICE.length) {
      add(slice);
      slice = '';
      await turn();
    }
    slice += count === 1 ? flags.text(key) : `,${flags.text(key)}`;
  }
  add(`${slice}]}`);
  return [bytesOf(`{"sha256":"${hash.digest('hex')}","ruleset":`), ...parts, bytesOf('}')];
}

const bytesOf = (text: string): Buffer => Buffer.from(text);
