import type { RolloutView } from '@burgee/server/api';
import { Button, SegmentedControl, Skeleton, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import * as queries from '../api/queries.ts';
import { Failure } from '../app/feedback.tsx';
import { text } from '../text/catalogue.ts';
import { count, rate } from '../text/format.ts';
import { measured as t } from '../text/measured.ts';
import chartCss from './chart.module.css';
import { RateChart } from './chart.tsx';
import { Exposures } from './exposures.tsx';
import css from './measured.module.css';
import { FAILURES, latencies, type Measure } from './measures.ts';
import { RateTable } from './rate-table.tsx';
import { seriesOf } from './rates.ts';
import { Nothing, revertedAt, type ViewProps } from './view.tsx';

type Tab = keyof typeof t.tabs;
const TABS = Object.entries(t.tabs).map(([value, label]) => ({ value: value as Tab, label }));

/** What the batch log counted of each arm, one thing at a time, as a chart or as a table. */
export function Measured({ rollout }: { rollout: RolloutView }) {
  const { project, environment, id } = rollout;
  const { data, error, refetch } = useQuery(queries.evidence(project, environment, id));
  const [tab, setTab] = useState<Tab>('errors');
  const [table, setTable] = useState(false);
  return (
    <section className={`card ${css.card}`}>
      <header className={css.head}>
        <Title order={2}>{t.title}</Title>
        <SegmentedControl
          className={css.tabs ?? ''}
          size="xs"
          aria-label={t.choose}
          data={TABS}
          value={tab}
          onChange={(value) => setTab(value as Tab)}
        />
        <Button size="compact-xs" variant="default" onClick={() => setTable(!table)}>
          {table ? text.rollouts.chartPicture : text.rollouts.chartTable}
        </Button>
      </header>
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton height={260} />}
      {data && tab === 'errors' && <Errors rollout={rollout} rows={data} table={table} />}
      {data && tab === 'latency' && <Latency rollout={rollout} rows={data} table={table} />}
      {data && tab === 'exposures' && <Exposures rollout={rollout} rows={data} table={table} />}
    </section>
  );
}

function Errors({ rollout, rows, table }: ViewProps) {
  const { totals } = rollout;
  const [chosen, onChoose] = useState<number | null>(null);
  const series = useMemo(() => seriesOf(rows, FAILURES), [rows]);
  const shown = { measure: FAILURES, height: 260, reverted: revertedAt(rollout), chosen, onChoose };
  return (
    <>
      <dl className={css.totals}>
        {(['treatment', 'control'] as const).map((arm) => (
          <div key={arm}>
            <dt>{text.rollouts.sinceStart[arm]}</dt>
            <dd>
              <strong>{totals[arm].units === 0 ? '–' : rate(totals[arm].rate)}</strong>
              <span className="muted">{text.rollouts.units(count(totals[arm].errors), count(totals[arm].units))}</span>
            </dd>
          </div>
        ))}
      </dl>
      {!series && <Nothing title={text.rollouts.noEvidence}>{text.rollouts.noEvidenceText}</Nothing>}
      {series && table && <RateTable series={series} measure={FAILURES} />}
      {series && !table && (
        <figure className={chartCss.figure}>
          <RateChart {...shown} series={series} />
          <figcaption className={chartCss.caption}>{FAILURES.chart}</figcaption>
        </figure>
      )}
    </>
  );
}

function Latency({ rollout, rows, table }: ViewProps) {
  const [chosen, onChoose] = useState<number | null>(null);
  const drawn = useMemo(() => {
    const of = (measure: Measure) => ({ measure, series: seriesOf(rows, measure) });
    return latencies(rollout.plan).map(of);
  }, [rows, rollout.plan]);
  if (drawn.length === 0) return <p className={css.none}>{t.noLatencyGuard}</p>;
  if (drawn.every(({ series }) => series === null)) return <Nothing title={t.noLatency}>{t.noLatencyText}</Nothing>;
  const shown = { height: 190, reverted: revertedAt(rollout), chosen, onChoose };
  return (
    <figure className={chartCss.figure}>
      <div className={css.several} data-tables={table}>
        {drawn.map(({ measure, series }) => (
          <section key={measure.name} className={css.one} aria-label={measure.name}>
            <h3>{measure.name}</h3>
            {series && table && <RateTable series={series} measure={measure} />}
            {series && !table && <RateChart {...shown} series={series} measure={measure} />}
          </section>
        ))}
      </div>
      <figcaption className={chartCss.caption}>{t.slowCaption}</figcaption>
    </figure>
  );
}
