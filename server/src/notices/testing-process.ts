/** A server that sends what the outbox of a database holds: `testing-process.ts <file>`. It is there to be killed. */
import { createOutbound } from '../outbound/client.ts';
import { openSqlite } from '../storage/sqlite/open.ts';
import { silent } from '../storage/testing/samples.ts';
import { createNotifier } from './notifier.ts';
import { createNoticeSender } from './sender.ts';

const [file = ''] = process.argv.slice(2);
const store = await openSqlite({ file, clock: Date.now, log: silent });
const outbound = createOutbound({ allow: ['127.0.0.1'] });
const sender = createNoticeSender({ outbound, clock: Date.now, publicUrl: 'https://flags.example', mail: null });
createNotifier({ store, sender, clock: Date.now, log: silent, luck: () => 0.5, owner: 'this server', tickMs: 50 }).start();
