import { text } from '../text/catalogue.ts';
import { clockTime, count, percent, rate } from '../text/format.ts';
import css from './rate-table.module.css';
import { rateOf, type Series, wilson } from './rates.ts';

const t = text.rollouts;

/** The chart's numbers, newest first. */
export function RateTable({ series }: { series: Series }) {
  const rows = (['treatment', 'control'] as const)
    .flatMap((arm) => series[arm].map((point) => ({ ...point, arm })))
    .sort((a, b) => b.at - a.at);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={css.scroll} tabIndex={0} aria-label={t.errors}>
      <table className={css.table}>
        <thead>
          <tr>
            {[t.table.time, t.table.percent, t.table.arm, t.table.units, t.table.errors, t.table.rate, t.table.band].map(
              (name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((point) => {
            const { low, high } = wilson(point);
            return (
              <tr key={`${point.at}/${point.arm}`}>
                <td>{clockTime(point.at)}</td>
                <td>{percent(point.percent)}</td>
                <td>{t[point.arm]}</td>
                <td>{count(point.units)}</td>
                <td>{count(point.errors)}</td>
                <td>{rate(rateOf(point))}</td>
                <td>{`${rate(low)} – ${rate(high)}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
