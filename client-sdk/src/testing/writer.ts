/** A process that writes ever newer rulesets to a cache folder until it is killed. Arguments: folder, flags per ruleset. */
import { createDisk } from '../node/disk.ts';
import { envelope } from './peer.ts';
import { flag, ruleset } from './rulesets.ts';

const [folder = '', size = '200'] = process.argv.slice(2);
const disk = createDisk(folder, 'http://localhost', 'key');
const flags = Array.from({ length: Number(size) }, (_, i) => flag(`flag-${i}`));
for (let n = ((await disk.load())?.revision.n ?? 0) + 1; ; n++) {
  const next = ruleset(flags, { revision: { epoch: 1, n } });
  await disk.save(envelope('ruleset', next), next);
  process.stdout.write(`${n}\n`);
}
