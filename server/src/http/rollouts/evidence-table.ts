import { z } from 'zod';
import { isClientRow } from '../../domain/guard/memory.ts';
import type { Batch } from '../../domain/rollout/rollout.ts';

const count = z.number().int().nonnegative();

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
});
export type EvidenceRow = z.infer<typeof evidenceRow>;

const COLUMNS = Object.keys(evidenceRow.shape) as readonly (keyof EvidenceRow)[];

/** What of a batch people and charts see: no unit's hash, nothing internal. */
export function evidenceRowOf(batch: Batch): EvidenceRow {
  const row = { ...batch, client: isClientRow(batch) };
  return Object.fromEntries(COLUMNS.map((column) => [column, row[column]])) as EvidenceRow;
}

/** RFC 4180 with a header line. Texts that a spreadsheet would run as a formula begin with an apostrophe. */
export function evidenceCsv(rows: readonly EvidenceRow[]): string {
  const lines = rows.map((row) => COLUMNS.map((column) => cell(column === 'at' ? isoOf(row.at) : row[column])));
  return [COLUMNS, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
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
