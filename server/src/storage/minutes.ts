/** Merging and keeping of minute rows, the same in both databases. */
import type { MinuteRow } from '../domain/ports.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** Minutes stay for 48 hours, then they become hours, which stay for 90 days. Report identities: longer than any SDK retries. */
export const KEPT = { minutes: 48 * HOUR, hours: 90 * 24 * HOUR, reports: 48 * HOUR } as const;

/** What `prune` drops: everything before these instants. Minutes are cut at a full hour, so that an hour is made once. */
export function cutoffs(now: number): { readonly minutes: number; readonly hours: number; readonly reports: number } {
  return {
    minutes: Math.floor((now - KEPT.minutes) / HOUR) * HOUR,
    hours: now - KEPT.hours,
    reports: now - KEPT.reports,
  };
}

/** The columns of a stored row that merging reads and writes. */
export type Measured = Pick<MinuteRow, 'sums' | 'sketch'>;

/** Sums add up position by position, sketches keep the greater register. A shorter one counts as if filled with zeros. */
export function mergeMeasured(a: Measured, b: Measured): Measured {
  return { sums: mergeSums(a.sums, b.sums), sketch: mergeSketches(a.sketch, b.sketch) };
}

function mergeSums(a: readonly number[], b: readonly number[]): number[] {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  return long.map((n, i) => n + (short[i] ?? 0));
}

function mergeSketches(a: Uint8Array | null, b: Uint8Array | null): Uint8Array | null {
  if (a === null || b === null) return a ?? b;
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const merged = Uint8Array.from(long);
  for (let i = 0; i < short.length; i++) merged[i] = Math.max(merged[i] ?? 0, short[i] ?? 0);
  return merged;
}

/** Rows of one batch that are about the same (environment, series, subject, minute) merged, in one order for every writer. */
export function mergeRows(rows: readonly MinuteRow[]): MinuteRow[] {
  const merged = new Map<string, MinuteRow>();
  for (const row of rows) {
    const id = JSON.stringify([row.project, row.environment, row.series, row.minute, row.subject]);
    const met = merged.get(id);
    merged.set(id, met === undefined ? row : { ...row, ...mergeMeasured(met, row) });
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row);
}

/** The same rows at the start of their hours, merged. */
export function hoursOf(rows: readonly MinuteRow[]): MinuteRow[] {
  return mergeRows(rows.map((row) => ({ ...row, minute: Math.floor(row.minute / HOUR) * HOUR })));
}
