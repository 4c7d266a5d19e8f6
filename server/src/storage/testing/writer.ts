/**
 * A process that commits as fast as it can and says so: `writer.ts <file> <honest|early>`. Each commit raises the number that the
 * flag `counter` carries, writes it into an audit entry and moves the environment; each line on stdout acknowledges one number.
 * `early` acknowledges before the commit: the fault that the test must be able to find. A refusal is a line `! <message>`; after
 * three of them it ends.
 */
import { writeSync } from 'node:fs';
import { openSqlite } from '../sqlite/open.ts';
import { change, entry, flag, LIVE, silent } from './samples.ts';

const [file = '', mode] = process.argv.slice(2);
const store = await openSqlite({ file, clock: Date.now, log: silent });
const found = await store.get('flag', { project: 'shop', key: 'counter' });
let refusals = 0;

/** One line on stdout, whole and now; a pipe that is full is waited for. */
function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

for (let i = Number(found?.entity.name ?? 0) + 1; refusals < 3; i++) {
  const counter = flag('counter', { name: `${i}`, description: 'x'.repeat(i % 3000) });
  if (mode === 'early') say(`${i}`);
  try {
    await store.commit(
      change([{ put: 'flag', basedOn: 'any', entity: counter }], {
        environments: [LIVE],
        audit: [entry({ object: 'flag/counter', after: i })],
      }),
    );
    if (mode !== 'early') say(`${i}`);
  } catch (error) {
    say(`! ${String(error)}`);
    refusals++;
    i--;
  }
}
