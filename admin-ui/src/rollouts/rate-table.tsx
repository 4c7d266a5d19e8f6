import { text } from '../text/catalogue.ts';
import { clockTime, count, percent, rate } from '../text/format.ts';
import { measured } from '../text/measured.ts';
import type { Measure } from './measures.ts';
import css from './rate-table.module.css';
import { rateOf, type Series, wilson } from './rates.ts';
import { ratedOf, type ShareStage } from './shares.ts';

const t = text.rollouts;

interface RateTableProps {
  readonly series: Series;
  readonly measure: Pick<Measure, 'name' | 'arms' | 'column'>;
  /** Whether each row says at which percent; true unless said. */
  readonly staged?: boolean;
}

/** The chart's numbers, newest first. */
export function RateTable({ series, measure, staged = true }: RateTableProps) {
  const at = <T,>(value: T): T[] => (staged ? [value] : []);
  const rows = (['treatment', 'control'] as const)
    .flatMap((arm) => series[arm].map((point) => ({ ...point, arm })))
    .sort((a, b) => b.at - a.at);
  return (
    <Table
      label={measure.name}
      columns={[t.table.arm, t.table.time, ...at(t.table.percent), t.table.units, measure.column, t.table.rate, t.table.band]}
      rows={rows.map((point) => [
        ...[measure.arms[point.arm], clockTime(point.at), ...at(percent(point.percent)), count(point.units), count(point.errors)],
        ...[rate(rateOf(point)), bandOf(point)],
      ])}
    />
  );
}

/** The same of the exposure share: sums since each stage began. */
export function ShareTable({ stages }: { stages: readonly ShareStage[] }) {
  const rows = stages.flatMap(({ percent: at, wanted, points }) => points.map((point) => ({ point, at, wanted }))).reverse();
  const { stage, got, people, share, wanted: wants, band } = measured.table;
  return (
    <Table
      label={measured.tabs.exposures}
      columns={[stage, t.table.time, share, wants, got, people, band]}
      rows={rows.map(({ point, at, wanted }) => [
        ...[percent(at), clockTime(point.at), rate(rateOf(ratedOf(point))), rate(wanted)],
        ...[count(point.treatment), count(point.people), bandOf(ratedOf(point))],
      ])}
    />
  );
}

function bandOf(figures: Parameters<typeof wilson>[0]): string {
  const { low, high } = wilson(figures);
  return `${rate(low)} – ${rate(high)}`;
}

interface TableProps {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function Table({ label, columns, rows }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={css.scroll} tabIndex={0} aria-label={label}>
      <table className={css.table}>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr key={cells.join(' ')}>
              {cells.map((cell, index) => (
                <td key={columns[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
