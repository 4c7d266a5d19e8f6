import { Anchor, Skeleton, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import * as queries from '../api/queries.ts';
import { Failure } from '../app/feedback.tsx';
import { useNow } from '../app/now.ts';
import { text } from '../text/catalogue.ts';
import { ago, exactTime } from '../text/format.ts';
import css from './history.module.css';

/** What happened to a flag, newest first. */
export function FlagHistory({ project, flag }: { project: string; flag: string }) {
  const object = `flag/${flag}`;
  const { data, error, refetch } = useQuery(queries.history(project, object));
  const now = useNow(30_000);
  return (
    <section className={`card ${css.card}`}>
      <header className={css.head}>
        <Title order={2}>{text.flags.page.history}</Title>
        <Anchor
          component={Link}
          to={`/projects/${encodeURIComponent(project)}/audit?object=${encodeURIComponent(object)}`}
          fz="sm"
        >
          {text.flags.page.historyAll}
        </Anchor>
      </header>
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton height={80} />}
      {data?.length === 0 && <p className={css.none}>{text.flags.page.noHistory}</p>}
      <ol className={css.list}>
        {data?.map((entry) => (
          <li key={entry.seq}>
            <span className={css.said}>{entry.summary}</span>
            {entry.reason && !entry.summary.includes(entry.reason) && <span className={css.reason}>“{entry.reason}”</span>}
            <span className={css.who}>
              {entry.actor.name} · <time title={exactTime(entry.at)}>{ago(entry.at, now)}</time>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
