import type { RolloutView } from '@burgee/server/api';
import { Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Empty, RowsLoading } from '../app/feedback.tsx';
import { StageBar } from '../rollouts/stage-bar.tsx';
import { unbroken } from '../text/format.ts';
import { home as t } from '../text/home.ts';
import css from './page.module.css';

/** The rollouts that go on by themselves. */
export function Running({ rollouts }: { rollouts: readonly RolloutView[] | undefined }) {
  const running = rollouts?.filter(({ state }) => state === 'running' || state === 'pending');
  return (
    <section className="card" aria-labelledby="running">
      <header className={css.partHead}>
        <Title order={2} id="running">
          {t.running}
        </Title>
      </header>
      {!running && <RowsLoading rows={2} height={52} />}
      {running?.length === 0 && <Empty title={t.noneRunning}>{t.noneRunningText}</Empty>}
      <ul className={css.list}>
        {running?.map((rollout) => (
          <li key={rollout.id} className={css.rollout}>
            <Link
              className={css.what}
              to="/projects/$project/environments/$environment/rollouts/$rollout"
              params={{ project: rollout.project, environment: rollout.environment, rollout: rollout.id }}
            >
              {rollout.flag} <span className="muted">{rollout.release}</span>
            </Link>
            <span className="muted">{t.in(rollout.environment)}</span>
            <StageBar rollout={rollout} small />
            <span className={css.why}>{unbroken(rollout.sentence)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
