import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Held } from '../delivery/held.ts';

/** Flags written between two turns of the event loop: some tenths of a millisecond. */
const SLICE = 50;

/** The envelope of a ruleset, as the server would send it; made in slices, so that a large one keeps nobody waiting. */
export async function seal({ flags, ...rest }: Held): Promise<string> {
  const hash = createHash('sha256');
  const parts: string[] = [];
  const add = (part: string): void => {
    hash.update(part);
    parts.push(part);
  };
  add(`${JSON.stringify(rest).slice(0, -1)},"flags":[`);
  const keys = [...flags.keys()];
  for (let from = 0; from < keys.length; from += SLICE) {
    await turn();
    const slice = keys.slice(from, from + SLICE).map(flags.text);
    add(`${from === 0 ? '' : ','}${slice.join(',')}`);
  }
  add(']}');
  return `{"sha256":"${hash.digest('hex')}","ruleset":${parts.join('')}}`;
}
