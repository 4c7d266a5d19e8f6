import { Anchor, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import * as queries from '../api/queries.ts';
import { Failure } from '../app/feedback.tsx';
import { Ago } from '../app/marks.tsx';
import { useNow } from '../app/now.ts';
import { Part } from '../app/screen.tsx';
import { audit as t } from '../text/audit.ts';
import css from './object-history.module.css';

/** What happened to one thing, newest first. */
export function ObjectHistory({ project, object }: { project: string; object: string }) {
  const { data, error, refetch } = useQuery(queries.history(project, object));
  const now = useNow(30_000);
  const all = (
    <Anchor component={Link} to={`/projects/${encodeURIComponent(project)}/audit?object=${encodeURIComponent(object)}`} fz="sm">
      {t.historyAll}
    </Anchor>
  );
  return (
    <Part title={t.history} actions={all}>
      <div className={css.body}>
        {error && !data && <Failure error={error} retry={() => void refetch()} />}
        {!data && !error && <Skeleton height={80} />}
        {data?.length === 0 && <p className={css.none}>{t.historyNone}</p>}
        <ol className={css.list}>
          {data?.map((entry) => (
            <li key={entry.seq}>
              <span>{entry.summary}</span>
              <span className={css.who}>
                {entry.actor.name} · <Ago at={entry.at} now={now} />
              </span>
            </li>
          ))}
        </ol>
      </div>
    </Part>
  );
}
