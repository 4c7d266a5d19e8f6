import { text } from '../text/catalogue.ts';
import { clockTime, count, percent, rate } from '../text/format.ts';
import css from './rate-table.module.css';
import { type Point, rateOf, wilson } from './rates.ts';

const t = text.rollouts;

/** The chart's numbers, newest first. */
export function RateTable({ points }: { points: readonly Point[] }) {
  const rows = [...points].reverse().flatMap((point) => (['treatment', 'control'] as const).map((arm) => ({ point, arm })));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div className={css.scroll} tabIndex={0} role="region" aria-label={t.errors}>
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
          {rows.map(({ point, arm }) => {
            const figures = point[arm];
            const { low, high } = wilson(figures);
            return (
              <tr key={`${point.at}/${arm}`}>
                <td>{clockTime(point.at)}</td>
                <td>{percent(point.percent)}</td>
                <td>{t[arm]}</td>
                <td>{count(figures.units)}</td>
                <td>{count(figures.errors)}</td>
                <td>{figures.units === 0 ? '–' : rate(rateOf(figures))}</td>
                <td>{figures.units === 0 ? '–' : `${rate(low)} – ${rate(high)}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
