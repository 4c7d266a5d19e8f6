import { Anchor, Skeleton, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import * as queries from '../api/queries.ts';
import { Failure } from '../app/feedback.tsx';
import { ago, exactTime } from '../text/format.ts';
import { home as t } from '../text/home.ts';
import css from './page.module.css';

/** Who changed what lately. */
export function Recent({ project, now }: { project: string; now: number }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['audit', project, 'recent'],
    queryFn: async () => (await queries.auditPage(project, {}, undefined, 15)).entries,
  });
  return (
    <section className="card" aria-labelledby="recent">
      <header className={css.partHead}>
        <Title order={2} id="recent">
          {t.recent}
        </Title>
        <Anchor component={Link} to={`/projects/${encodeURIComponent(project)}/audit`} fz="sm">
          {t.allChanges}
        </Anchor>
      </header>
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton height={120} m="md" />}
      {data?.length === 0 && <p className={css.none}>{t.nothingYet}</p>}
      <ol className={css.list}>
        {data?.map((entry) => (
          <li key={entry.seq} className={css.change}>
            <span className={css.who}>{entry.actor.name}</span>
            <span className={css.did}>{entry.summary}</span>
            <time className={css.when} title={exactTime(entry.at)}>
              {ago(entry.at, now)}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}
