import { page } from '../../text/flag-page.ts';
import { count, shortClock } from '../../text/format.ts';
import css from './chart.module.css';
import type { Figures } from './figures.ts';

const t = page.usage;
const [WIDTH, HEIGHT] = [720, 120];

/** Evaluations per minute, stacked by variant. The table beside it says the same. */
export function UsageChart({ figures }: { figures: Figures }) {
  const { bars, variants, most } = figures;
  const step = WIDTH / Math.max(1, bars.length);
  const tall = (n: number) => (most === 0 ? 0 : (n / most) * (HEIGHT - 6));
  const ends = [bars[0], bars[Math.floor(bars.length / 2)], bars.at(-1)];
  return (
    <figure className={css.chart}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={t.chart(count(figures.total))}>
        <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className={css.base} />
        {bars.map((bar, index) => {
          let y = HEIGHT - 1;
          return bar.counts.map((n, series) => {
            const height = tall(n);
            y -= height;
            return (
              height > 0 && (
                <rect
                  // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its minute and its variant's place
                  key={`${bar.minute} ${series}`}
                  data-series={Math.min(series, 4)}
                  x={index * step + 0.5}
                  width={Math.max(1, step - 1.5)}
                  y={y}
                  height={height}
                />
              )
            );
          });
        })}
      </svg>
      <div className={css.times} aria-hidden="true">
        {ends.map((bar, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the ends have no identity but their place
          <span key={index}>{bar ? shortClock(bar.minute) : ''}</span>
        ))}
      </div>
      <figcaption className={css.legend}>
        {variants.map((variant, series) => (
          <span key={variant}>
            <i data-series={Math.min(series, 4)} aria-hidden="true" />
            {variant} <b>{count(figures.totals[series] ?? 0)}</b>
          </span>
        ))}
        <span className={css.most}>{t.most(count(most))}</span>
      </figcaption>
    </figure>
  );
}
