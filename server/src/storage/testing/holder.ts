/** A process that opens a database and holds it until it is ended: `holder.ts <file>`. */
import { openSqlite } from '../sqlite/open.ts';
import { silent } from './samples.ts';

const [file = ''] = process.argv.slice(2);
await openSqlite({ file, clock: Date.now, log: silent });
console.log('open');
setInterval(() => undefined, 60_000);
