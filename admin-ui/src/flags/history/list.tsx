import type { AuditRecord } from '@burgee/server/api';
import { Anchor, Button, Skeleton, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { FlagRow } from '../../api/resources.ts';
import { Failure } from '../../app/feedback.tsx';
import { useNow } from '../../app/now.ts';
import { useMay } from '../../app/permissions.ts';
import { page } from '../../text/flag-page.ts';
import { Entry } from './entry.tsx';
import css from './list.module.css';
import { useHistory } from './page.ts';
import { revertible } from './revert.ts';

const RevertDialog = lazy(() => import('./revert-dialog.tsx').then((m) => ({ default: m.RevertDialog })));
const t = page.history;

/** What happened to a flag: a line a change, with what changed and the way to undo it. */
export function FlagHistory({ row }: { row: FlagRow }) {
  const { flag } = row;
  const { entries, data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useHistory(
    flag.project,
    flag.key,
    undefined,
  );
  const [reverting, setReverting] = useState<AuditRecord | null>(null);
  const now = useNow(30_000);
  const may = useMay();
  const places = new Map(row.states.map(({ state }) => [state.environment, state.rules.map(({ id }) => id)]));
  const allowed = (entry: AuditRecord) => {
    const kind = revertible(entry);
    return kind !== null && may(kind === 'state' ? 'state:write' : 'flag:write') && !(flag.archived && kind === 'state');
  };
  return (
    <section className={`card ${css.card}`} aria-label={t.title}>
      <header className={css.head}>
        <Title order={2}>{t.title}</Title>
        <Anchor
          component={Link}
          to={`/projects/${encodeURIComponent(flag.project)}/audit?object=${encodeURIComponent(`flag/${flag.key}`)}`}
          fz="sm"
        >
          {t.all}
        </Anchor>
      </header>
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton height={200} m="md" />}
      {data && entries.length === 0 && <p className={css.none}>{t.none}</p>}
      {entries.length > 0 && (
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t.when}</th>
              <th scope="col">{t.who}</th>
              <th scope="col">{t.where}</th>
              <th scope="col">{t.what}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <Entry
                key={entry.seq}
                entry={entry}
                flag={flag.key}
                rules={places.get(entry.environment ?? '') ?? []}
                now={now}
                onRevert={allowed(entry) ? () => setReverting(entry) : undefined}
              />
            ))}
          </tbody>
        </table>
      )}
      {hasNextPage && (
        <Button m="sm" size="xs" variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.more}
        </Button>
      )}
      <Suspense fallback={null}>
        {reverting && <RevertDialog entry={reverting} row={row} onClose={() => setReverting(null)} />}
      </Suspense>
    </section>
  );
}
