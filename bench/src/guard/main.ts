import { parseArgs } from 'node:util';
import { tableOf } from '../figure.ts';
import { processPool } from '../pool.ts';
import { rows } from './rows.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    seeds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    processes: { type: 'string', default: '2' },
  },
});

function positive(name: string, text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new TypeError(`--${name} must be a positive whole number, got “${text}”`);
  return n;
}

const wanted = values.rows?.split(',').map((id) => positive('rows', id)) ?? rows.map(({ id }) => id);
const unknown = wanted.find((id) => !rows.some((row) => row.id === id));
if (unknown !== undefined) throw new TypeError(`there is no row ${unknown}; there are ${rows.map(({ id }) => id).join(', ')}`);
const seeds = values.seeds === undefined ? null : positive('seeds', values.seeds);

const pool = processPool(positive('processes', values.processes));
const began = Date.now();
let [measured, missed] = [0, 0];
for (const row of rows.filter(({ id }) => wanted.includes(id))) {
  const since = Date.now();
  const figures = await row.run({ pool, seeds, quick: values.quick });
  for (const figure of figures) console.log(JSON.stringify(figure));
  console.error(tableOf(`${row.id}. ${row.title} (${Math.round((Date.now() - since) / 1_000)} s)`, figures));
  measured += figures.length;
  missed += figures.filter(({ ok }) => !ok).length;
}
pool.close();
console.error(`${measured} figures, ${missed} below their bar, in ${Math.round((Date.now() - began) / 1_000)} s`);
