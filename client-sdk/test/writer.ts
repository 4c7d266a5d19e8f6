/**
 * A process that writes ever newer rulesets to a cache folder until it is killed, every second one without its envelope. Arguments: folder, flags per ruleset, and
 * `plain` to write in place as one must not.
 */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDisk } from '../src/node/disk.ts';
import { envelope } from './peer.ts';
import { flag, held, ruleset } from './rulesets.ts';

const [folder = '', size = '200', how] = process.argv.slice(2);
const disk = createDisk(folder, 'http://localhost', 'key');
const flags = Array.from({ length: Number(size) }, (_, i) => flag(`flag-${i}`));
for (let n = ((await disk.load())?.revision.n ?? 0) + 1; ; n++) {
  const next = ruleset(flags, { revision: { epoch: 1, n } });
  const [file] = await readdir(folder);
  if (how === 'plain' && file !== undefined) await writeFile(join(folder, file), envelope('ruleset', next));
  else await disk.save(held(next), n % 2 === 0 ? envelope('ruleset', next) : undefined);
  process.stdout.write(`${n}\n`);
}
