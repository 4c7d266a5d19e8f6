/** A process that uses a client and then has nothing left to do. Arguments: url, `close` or `leave`. Prints when it stops working. */
import { createClient } from '../src/node/index.ts';

const [url = '', how] = process.argv.slice(2);
const client = createClient({ url, key: 'key', log: false });
const { source } = await client.ready({ timeout: 20_000 });
client.boolean('a', { targetingKey: 'u' }, false);
if (how === 'close') {
  await client.close();
  await client.close();
  console.log(`${source} ${client.status().connection} ${client.boolean('a', {}, false)}`);
}
if (how === 'hold') setInterval(() => undefined, 1_000);
