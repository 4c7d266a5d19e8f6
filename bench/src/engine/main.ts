import { parseArgs } from 'node:util';
import { tableOf } from '../figure.ts';
import type { Column } from './row.ts';
import { rows } from './rows.ts';
import { tableOfEverybody } from './table.ts';

const { values } = parseArgs({
  options: { scenarios: { type: 'string' }, quick: { type: 'boolean', default: false } },
});

const wanted = values.scenarios?.split(',') ?? rows.map(({ id }) => id);
const unknown = wanted.find((id) => !rows.some((row) => row.id === id));
if (unknown !== undefined)
  throw new TypeError(`there is no scenario ${unknown}; there are ${rows.map(({ id }) => id).join(', ')}`);

const began = Date.now();
const columns: Column[] = [];
let [measured, missed] = [0, 0];
for (const row of rows.filter(({ id }) => wanted.includes(id))) {
  const since = Date.now();
  const { figures, columns: more } = await row.run({ isQuick: values.quick });
  columns.push(...more);
  for (const figure of figures) console.log(JSON.stringify(figure));
  console.error(tableOf(`${row.id}. ${row.title} (${Math.round((Date.now() - since) / 1_000)} s)`, figures));
  measured += figures.length;
  missed += figures.filter(({ ok }) => !ok).length;
}
if (columns.length > 0) console.error(`\n${await tableOfEverybody(columns)}\n`);
console.error(`${measured} figures, ${missed} below their bar, in ${Math.round((Date.now() - began) / 1_000)} s`);
