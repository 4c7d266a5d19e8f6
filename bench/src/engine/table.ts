import { type CandidateId, candidateIds, load } from './candidates.ts';
import type { Column } from './row.ts';

const shown = (value: number | undefined): string =>
  value === undefined ? '–' : value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en');

/** Everybody's numbers as a table in Markdown. */
export async function tableOfEverybody(columns: readonly Column[]): Promise<string> {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const row = async (id: CandidateId): Promise<string> =>
    line([(await load(id)).name, ...columns.map(({ values }) => shown(values[id]))]);
  const head = [line(['', ...columns.map(({ title }) => title)]), line(['---', ...columns.map(() => '---:')])];
  return [...head, ...(await Promise.all(candidateIds.map(row)))].join('\n');
}
