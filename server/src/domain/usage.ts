import { decodeSketch, estimate, mergeSketches, type Report } from '@burgee/engine';
import type { MinuteRow, Sighting } from './ports.ts';

/**
 * What the minute rows mean. `count`: `flag/<key>/<rule or ->/<variant>`, sums [evaluations]. `sketch`: `flag/<key>/<rule>` or
 * `segment/<key>`, the units. `work`: `app/<name>`, or `browser/<name>` of a client key, sums [total, failed, …latency buckets]. `attribute`: `attribute/<name>`, sums
 * [reports that met it]. Keys and rule ids have no slash; variants and names may, they come last.
 */
export type Series = 'count' | 'sketch' | 'work' | 'attribute';

const MINUTE = 60_000;
/** A report that covers longer is placed as if it covered so much, ms. */
const LONGEST = 60 * MINUTE;

/**
 * A report's minute rows, one per subject, all in the minute in which the middle of its time lies. `at`: when it came, ms.
 * `client`: with a client key, whose outcomes prove nothing.
 */
export function minutesOf(
  report: Pick<Report, 'app' | 'spanMs' | 'counts' | 'sketches' | 'work' | 'attributes'>,
  where: { readonly project: string; readonly environment: string },
  at: number,
  client = false,
): MinuteRow[] {
  const minute = Math.floor((at - Math.min(report.spanMs, LONGEST) / 2) / MINUTE) * MINUTE;
  const rows = new Map<string, MinuteRow>();
  const add = (series: Series, subject: string, sums: readonly number[], sketch: Uint8Array | null = null) => {
    const id = `${series} ${subject}`;
    const before = rows.get(id);
    rows.set(id, {
      project: where.project,
      environment: where.environment,
      minute,
      series,
      subject,
      sums: before === undefined ? sums : addUp(before.sums, sums),
      sketch: before?.sketch && sketch ? mergeSketches(before.sketch, sketch) : sketch,
    });
  };
  for (const { flag, rule, variant, count } of report.counts) add('count', `flag/${flag}/${rule ?? '-'}/${variant}`, [count]);
  for (const { flag, rule, segment, registers } of report.sketches) {
    const subject = segment === undefined ? `flag/${flag}/${rule}` : `segment/${segment}`;
    add('sketch', subject, [], decodeSketch(registers));
  }
  if (report.work)
    add('work', `${client ? 'browser' : 'app'}/${report.app}`, [report.work.total, report.work.failed, ...report.work.latency]);
  for (const name of new Set(report.attributes)) add('attribute', `attribute/${name}`, [1]);
  return [...rows.values()];
}

/** When these rows last met each flag, each once, in one order for every writer. */
export function sightingsOf(rows: readonly MinuteRow[]): Sighting[] {
  const last = new Map<string, Sighting>();
  for (const { project, environment, series, subject, minute } of rows) {
    const flag = subject.split('/', 2)[1] ?? '';
    if (series !== 'count') continue;
    const id = `${project}/${environment}/${flag}`;
    if ((last.get(id)?.minute ?? -1) < minute) last.set(id, { project, environment, flag, minute });
  }
  return [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sighting]) => sighting);
}

/** Evaluations of one (flag, rule, variant); `rule` is null where no rule decided. */
export interface VariantCount {
  readonly flag: string;
  readonly rule: string | null;
  readonly variant: string;
  readonly count: number;
}

/** Evaluations by flag, rule and variant over all these `count` rows. */
export function variantCounts(rows: readonly MinuteRow[]): VariantCount[] {
  const totals = new Map<string, number>();
  for (const row of rows) {
    if (row.series === 'count') totals.set(row.subject, (totals.get(row.subject) ?? 0) + (row.sums[0] ?? 0));
  }
  return [...totals].map(([subject, count]) => {
    const [, flag = '', rule = '', ...variant] = subject.split('/');
    return { flag, rule: rule === '-' ? null : rule, variant: variant.join('/'), count };
  });
}

/** About how many distinct units these `sketch` rows met together (standard error 3.3 %). */
export function unitsIn(rows: readonly MinuteRow[]): number {
  let all: Uint8Array | undefined;
  for (const { series, sketch } of rows) {
    if (series === 'sketch' && sketch !== null) all = all === undefined ? sketch : mergeSketches(all, sketch);
  }
  return all === undefined ? 0 : estimate(all);
}

/** The start of the last minute in which any of these `count` rows has an evaluation, or null. */
export function lastEvaluated(rows: readonly MinuteRow[]): number | null {
  let last: number | null = null;
  for (const row of rows) {
    if (row.series === 'count' && (row.sums[0] ?? 0) > 0 && row.minute > (last ?? -1)) last = row.minute;
  }
  return last;
}

function addUp(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0));
}
