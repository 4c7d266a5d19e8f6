/**
 * A process that starts clients at servers that fail, with no listener for anything, in rounds. Arguments: the urls as JSON, how
 * many rounds, and `naive` for a client that trusts its network. Prints what became of the starts; its exit code tells the rest.
 */
import http from 'node:http';
import { type Client, createClient } from '../src/node/index.ts';

const [list = '[]', rounds = '1', how] = process.argv.slice(2);
const urls = JSON.parse(list) as string[];
const READY_MS = 150;

/** Whether a client was ready in time: before a timer that was set after it for 50 ms more. */
async function start(url: string): Promise<{ readonly client: Client; readonly late: boolean; readonly answered: boolean }> {
  const client = createClient({ url, key: 'key', log: false });
  const ready = client.ready({ timeout: READY_MS }).then(() => false);
  let bound: NodeJS.Timeout | undefined;
  const late = await Promise.race([
    ready,
    new Promise<boolean>((resolve) => {
      bound = setTimeout(resolve, READY_MS + 50, true);
    }),
  ]);
  // one that is left over makes node run later ones of its length before shorter ones, when both are due after a stall
  clearTimeout(bound);
  return { client, late, answered: client.boolean('a', { targetingKey: 'u' }, true) === true };
}

let [starts, late, wrong] = [0, 0, 0];
for (let round = 0; round < Number(rounds); round++) {
  if (how === 'naive') for (const url of urls) http.get(url);
  const made = await Promise.all(urls.map(start));
  for (const one of made) {
    starts++;
    if (one.late) late++;
    if (!one.answered) wrong++;
  }
  await Promise.all(made.map(({ client }) => client.close({ timeout: 20 })));
}
console.log(JSON.stringify({ starts, late, wrong }));
