import { z } from 'zod';
import { newUnitsOf, slowOf } from '../../domain/guard/log-row.ts';
import { isClientRow } from '../../domain/guard/memory.ts';
import { expectedShare } from '../../domain/guard/sample-ratio.ts';
import type { Batch, Plan } from '../../domain/rollout/rollout.ts';

const count = z.number().int().nonnegative();

const slowCounts = z.object({
  n1: count.describe('Treatment units that were not slower than the cut-off before'),
  e1: count.describe('Those of them that now were, for the first time'),
  n0: count.describe('Control units that were not slower before, of the sampled ones'),
  e0: count.describe('Those of them that now were'),
});

/** One row of the batch log, and what each column means: the JSON's schema and the CSV's order. */
export const evidenceRow = z.object({
  seq: count.describe('Number of the row, from 1'),
  at: z.number().describe('When it was folded: ms since the epoch in JSON, RFC 3339 in CSV'),
  stage: z.number().int().describe('Index of the stage that the rollout was on'),
  percent: z.number().describe('The percent that these units saw'),
  stratum: z.string().describe('The application and platform that reported them'),
  n1: count.describe('Treatment units at risk: distinct, and not failed earlier in this rollout'),
  e1: count.describe('Those of them whose first failure this was'),
  n0: count.describe('Control units at risk, of the sampled ones'),
  e0: count.describe('Those of them whose first failure this was'),
  w: z.number().describe('n1 / (n1 + n0)'),
  lnM: z.number().describe('Evidence towards revert after this row; it reverts at ln(guards / revertAlpha)'),
  lnS: z.number().describe('Evidence that the stage is safe after this row; the stage clears at ln(1 / beta)'),
  client: z
    .boolean()
    .describe('Reported with a client key, so counted apart: its lnM pauses at ln(guards / pauseAlpha), nothing goes by its lnS'),
  seen1: count.describe('Treatment units new to the stage; 0 in a row of another percent than the stage’s'),
  seen0: count.describe('Control units new to the stage, of the sampled ones'),
  wanted: z.number().describe('The share of treatment among new units that this percent and control’s sampling lead to, 0…1'),
  slow: z
    .array(slowCounts)
    .describe('For each cut-off of the plan’s latency guard, in its order; empty without one. In CSV a column for each figure'),
});
export type EvidenceRow = z.infer<typeof evidenceRow>;

type Column = Exclude<keyof EvidenceRow, 'slow'>;
const COLUMNS = Object.keys(evidenceRow.shape).filter((column) => column !== 'slow') as readonly Column[];
const SLOW = Object.keys(slowCounts.shape) as readonly (keyof z.infer<typeof slowCounts>)[];

/** What of a batch people and charts see: no unit's hash, nothing internal. */
export function evidenceRowOf(batch: Batch, { controlSample }: Pick<Plan, 'controlSample'>): EvidenceRow {
  const wanted = expectedShare(batch.percent, controlSample);
  const row = { ...batch, client: isClientRow(batch), ...newUnitsOf(batch), wanted };
  const slow = slowOf(batch).map((counts) => only(counts, SLOW));
  return { ...only(row, COLUMNS), slow };
}

function only<T, K extends keyof T>(row: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, row[name]])) as Pick<T, K>;
}

/** RFC 4180 with a header line. Texts that a spreadsheet would run as a formula begin with an apostrophe. */
export function evidenceCsv(rows: readonly EvidenceRow[]): string {
  const most = rows.reduce((so, { slow }) => Math.max(so, slow.length), 0);
  const cutoffs = Array.from({ length: most }, (_, i) => i);
  const names = [...COLUMNS, ...cutoffs.flatMap((i) => SLOW.map((name) => `slow${i + 1}_${name}`))];
  const lines = rows.map((row) => [
    ...COLUMNS.map((column) => cell(column === 'at' ? isoOf(row.at) : row[column])),
    ...cutoffs.flatMap((i) => SLOW.map((name) => cell(row.slow[i]?.[name] ?? ''))),
  ]);
  return [names, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** A number begins with a sign or digit and is one: only texts can be formulas. */
function cell(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const plain = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
