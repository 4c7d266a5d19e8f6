import type { Flag, FlagUsage } from '@burgee/server/api';
import { Button, Skeleton, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import * as queries from '../../api/queries.ts';
import type { StateRow } from '../../api/resources.ts';
import { Failure } from '../../app/feedback.tsx';
import { useNow } from '../../app/now.ts';
import { page } from '../../text/flag-page.ts';
import { ago, count, percent, shortClock } from '../../text/format.ts';
import { serveWords, whoWords } from '../words.ts';
import { UsageChart } from './chart.tsx';
import { type Arm, armsOf, type Figures, figuresOf } from './figures.ts';
import css from './panel.module.css';

const Failures = lazy(() => import('./failures.tsx').then((m) => ({ default: m.Failures })));
const t = page.usage;

/** What applications asked for in the last hour, by variant and by rule. What nobody reported is not shown as nothing. */
export function UsagePanel({ flag, row }: { flag: Flag; row: StateRow }) {
  const { project, environment } = row.state;
  const { data, error, refetch } = useQuery(queries.usage(project, environment, flag.key));
  const [asTable, setAsTable] = useState(false);
  const now = useNow(30_000);
  const figures = data && figuresOf(data, [...flag.variants.map(({ key }) => key)]);
  const failing = data?.outcomes.some(({ minutes }) => minutes.length > 0) ?? false;
  return (
    <section className={`card ${css.card}`}>
      <header className={css.head}>
        <Title order={2}>{t.title}</Title>
        {figures && (figures.total > 0 || failing) && (
          <Button size="compact-xs" variant="default" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? t.asChart : t.asTable}
          </Button>
        )}
      </header>
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton height={120} mt={8} />}
      {figures && figures.total === 0 && (
        <p className={css.none}>{data.lastEvaluated === null ? t.never : t.quiet(ago(data.lastEvaluated, now))}</p>
      )}
      {data && !failing && <p className={css.none}>{notReported(data)}</p>}
      <div className={css.pair} data-both={figures !== undefined && figures.total > 0 && failing && !asTable}>
        {figures && figures.total > 0 && (asTable ? <Minutes figures={figures} /> : <UsageChart figures={figures} />)}
        {data && failing && (
          <Suspense fallback={<Skeleton height={180} />}>
            <Failures usage={data} asTable={asTable} at={row.state} />
          </Suspense>
        )}
      </div>
      {data && data.day.counts.length > 0 && <Arms arms={armsOf(data, row.state.rules)} row={row} />}
    </section>
  );
}

function notReported({ outcomes: [newest] }: FlagUsage): string {
  return newest === undefined ? t.failures.notCounted : t.failures.notReported(newest.release);
}

function Minutes({ figures: { bars, variants, total } }: { figures: Figures }) {
  const rows = bars.filter((bar) => bar.total > 0).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={css.scroll} tabIndex={0} aria-label={t.title}>
      <table className={css.table}>
        <caption>{t.chart(count(total))}</caption>
        <thead>
          <tr>
            <th scope="col">{t.minute}</th>
            {variants.map((variant) => (
              <th key={variant} scope="col" className={css.number}>
                {variant}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((bar) => (
            <tr key={bar.minute}>
              <th scope="row">{shortClock(bar.minute)}</th>
              {bar.counts.map((n, series) => (
                <td key={variants[series]} className={css.number}>
                  {count(n)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Arms({ arms, row }: { arms: readonly Arm[]; row: StateRow }) {
  const name = ({ rule, n }: Arm) => {
    const found = row.state.rules.find(({ id }) => id === rule);
    if (found && n !== null) return `${n}. ${found.title || whoWords(found)} → ${serveWords(found.serve)}`;
    return rule === null ? t.rest : t.gone;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={css.scroll} tabIndex={0} aria-label={t.arms}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t.decided}</th>
            <th scope="col" className={css.number}>
              {t.hour}
            </th>
            <th scope="col" className={css.number}>
              {t.day}
            </th>
            <th scope="col" className={css.number}>
              {t.people}
            </th>
            <th scope="col" className={css.number}>
              {t.took}
            </th>
          </tr>
        </thead>
        <tbody>
          {arms.map((arm) => (
            <tr key={arm.rule ?? ''}>
              <th scope="row">{name(arm)}</th>
              <td className={css.number}>{count(arm.hour)}</td>
              <td className={css.number}>{count(arm.day)}</td>
              <td className={css.number}>{arm.people === null ? '–' : t.about(count(arm.people))}</td>
              <td className={css.number}>
                {arm.took === null || arm.wanted === null
                  ? '–'
                  : t.share(percent(Math.round(arm.took * 1000) / 10), percent(arm.wanted))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
