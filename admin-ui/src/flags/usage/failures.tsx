import type { FlagUsage } from '@burgee/server/api';
import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { RateChart } from '../../rollouts/chart.tsx';
import { FAILURES } from '../../rollouts/measures.ts';
import { RateTable } from '../../rollouts/rate-table.tsx';
import { page } from '../../text/flag-page.ts';
import { failedIn } from './failed.ts';
import css from './panel.module.css';

const t = page.usage.failures;
const MEASURE = { ...FAILURES, chart: t.chart };

interface Props {
  readonly usage: FlagUsage;
  readonly asTable: boolean;
  readonly at: { readonly project: string; readonly environment: string };
}

/** How much failed in the last hour with the change and without, of the newest rollout in which anybody said so. */
export function Failures({ usage, asTable, at: { project, environment } }: Props) {
  const [chosen, onChoose] = useState<number | null>(null);
  const newest = usage.outcomes.find(({ minutes }) => minutes.length > 0);
  const failed = newest && failedIn(newest, usage);
  if (!newest || !failed) return null;
  const { series, totals, reverted } = failed;
  return (
    <section className={css.failures} aria-label={t.title}>
      <header>
        <h3>{t.title}</h3>
        <Anchor
          component={Link}
          to={`/projects/${encodeURIComponent(project)}/environments/${encodeURIComponent(environment)}/rollouts/${newest.rollout}`}
          fz="xs"
        >
          {t.rollout(newest.release)}
        </Anchor>
      </header>
      {asTable ? (
        <RateTable series={series} measure={MEASURE} staged={false} />
      ) : (
        <RateChart {...{ series, totals, reverted, chosen, onChoose }} measure={MEASURE} height={150} />
      )}
    </section>
  );
}
