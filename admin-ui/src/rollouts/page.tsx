import type { RolloutView } from '@burgee/server/api';
import { Anchor, Skeleton, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import * as queries from '../api/queries.ts';
import { Failure, RowsLoading } from '../app/feedback.tsx';
import { text } from '../text/catalogue.ts';
import { duration, exactTime, percent, unbroken } from '../text/format.ts';
import { Gauges } from './gauges.tsx';
import { Guards } from './guards.tsx';
import { Measured } from './measured.tsx';
import css from './page.module.css';
import { Record } from './record.tsx';
import { StageBar } from './stage-bar.tsx';
import { StateMark } from './state-mark.tsx';
import { Steering } from './steer.tsx';
import { Timeline } from './timeline.tsx';

const t = text.rollouts;

/** One rollout, live: the sentence first, then on what it rests. */
export function RolloutPage() {
  const {
    project,
    environment,
    rollout: id,
  } = useParams({
    from: '/inside/projects/$project/environments/$environment/rollouts/$rollout',
  });
  const { data, error, refetch } = useQuery({
    ...queries.rollout(project, environment, id),
    // What it waits for counts down between events.
    refetchInterval: ({ state }) => (state.data && state.data.endedAt === null ? 5_000 : false),
  });
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) {
    return (
      <>
        <Skeleton height={30} width={320} mb="lg" />
        <Skeleton height={90} mb="lg" />
        <RowsLoading rows={4} height={60} />
      </>
    );
  }
  return (
    <>
      <Head rollout={data} />
      <section className={`card ${css.lead}`} data-state={data.state}>
        <p className={css.sentence} aria-live="polite">
          {unbroken(data.sentence)}
        </p>
        <StageBar rollout={data} />
      </section>
      <div className={css.columns}>
        <div className={css.main}>
          <Measured rollout={data} />
          <Timeline timeline={data.timeline} />
        </div>
        <aside className={css.side}>
          <Next rollout={data} />
          <Gauges rollout={data} />
          <Guards guards={data.guards} />
          <Facts rollout={data} />
          <Record rollout={data} />
        </aside>
      </div>
    </>
  );
}

function Head({ rollout }: { rollout: RolloutView }) {
  const { project, environment, flag, release } = rollout;
  return (
    <header className={css.head}>
      <div>
        <div className={css.crumb}>
          <Anchor component={Link} to={`/projects/${encodeURIComponent(project)}/rollouts`} fz="sm">
            {t.title}
          </Anchor>
          <span aria-hidden="true">/</span>
          <span>{environment}</span>
        </div>
        <div className={css.title}>
          <Title order={1}>
            <Link
              to="/projects/$project/flags/$flag"
              params={{ project, flag }}
              search={{ env: environment }}
              className={css.flag}
            >
              {flag}
            </Link>{' '}
            <span className={css.release}>{release}</span>
          </Title>
          <StateMark state={rollout.state} />
        </div>
      </div>
      <Steering rollout={rollout} />
    </header>
  );
}

function Next({ rollout: { next, endedAt } }: { rollout: RolloutView }) {
  if (endedAt !== null) return null;
  return (
    <section className={`card ${css.part}`}>
      <Title order={2}>{t.next}</Title>
      <p className={css.next}>
        {next.percent === null ? t.nextDone : <strong>{t.nextStep(percent(next.percent))}</strong>}
        <span className="muted">
          {t.waitsFor} {next.waitsFor}
        </span>
      </p>
    </section>
  );
}

function Facts({ rollout }: { rollout: RolloutView }) {
  const { plan, startedAt, startedBy, endedAt, confirmedAt, forced } = rollout;
  const facts: [string, string][] = [
    [t.facts.plan, plan.name || plan.key],
    [t.facts.started, `${exactTime(startedAt)} ${t.by(startedBy.name)}`],
  ];
  if (endedAt !== null) facts.push([t.facts.ended, exactTime(endedAt)]);
  if (endedAt !== null && confirmedAt !== null) facts.push([t.facts.confirmed, t.confirmed(duration(confirmedAt - endedAt))]);
  if (forced !== null) facts.push([t.facts.forced, forced]);
  return (
    <dl className={css.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
