import type { Flag } from '@burgee/server/api';
import { Button, Skeleton, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import * as queries from '../api/queries.ts';
import type { StateRow } from '../api/resources.ts';
import { useMay } from '../app/permissions.ts';
import { StageBar } from '../rollouts/stage-bar.tsx';
import { StateMark } from '../rollouts/state-mark.tsx';
import { text } from '../text/catalogue.ts';
import { unbroken } from '../text/format.ts';
import css from './rollout-card.module.css';

const StartDialog = lazy(() => import('../rollouts/start.tsx').then((m) => ({ default: m.StartDialog })));

/** The rollout that is moving this flag here, or the way to start one. */
export function RolloutCard({ flag, row }: { flag: Flag; row: StateRow }) {
  const { state, rollout: mark } = row;
  const may = useMay();
  const [starting, setStarting] = useState(false);
  const { data } = useQuery({ ...queries.rollout(state.project, state.environment, mark?.id ?? ''), enabled: mark !== null });
  return (
    <section className={`card ${css.card}`}>
      <header className={css.head}>
        <Title order={2}>{text.flags.page.rollout}</Title>
        {mark && <StateMark state={data?.state ?? mark.state} />}
      </header>
      {mark === null && (
        <>
          <p className={css.none}>{text.flags.page.noRollout}</p>
          {may('rollout:start') && !flag.archived && state.killed === null && (
            <Button variant="default" onClick={() => setStarting(true)}>
              {text.flags.page.start}
            </Button>
          )}
        </>
      )}
      {mark && !data && <Skeleton height={64} />}
      {mark && data && (
        <>
          <p className={css.sentence}>{unbroken(data.sentence)}</p>
          <StageBar rollout={data} small />
          <Link
            className={css.open}
            to="/projects/$project/environments/$environment/rollouts/$rollout"
            params={{ project: state.project, environment: state.environment, rollout: mark.id }}
          >
            {text.rollouts.open} {data.release}
          </Link>
        </>
      )}
      <Suspense fallback={null}>
        {starting && <StartDialog flag={flag} state={state} onClose={() => setStarting(false)} />}
      </Suspense>
    </section>
  );
}
