import type { AuditRecord } from '@burgee/server/api';
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type AuditSearch, auditEntries } from '../api/audit.ts';
import { Empty, Failure, RowsLoading } from '../app/feedback.tsx';
import { ScreenHead } from '../app/screen.tsx';
import { audit as t } from '../text/audit.ts';
import { AuditEntryRow } from './entry.tsx';
import { AuditFilters } from './filters.tsx';
import css from './page.module.css';
import { undoOf } from './undo.ts';
import { UndoDialog } from './undo-dialog.tsx';

const ROUTE = '/inside/projects/$project/audit';
const NO_FILTER: AuditSearch = {
  ...{ environment: undefined, object: undefined, actor: undefined, action: undefined },
  ...{ since: undefined, until: undefined, whole: undefined },
};

/** What happened in the project: who, what, from where to where, when; and the way back. */
export function AuditPage() {
  const { project } = useParams({ from: ROUTE });
  const filter = useSearch({ from: ROUTE });
  const navigate = useNavigate();
  const [undone, setUndone] = useState<AuditRecord | null>(null);
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['audit', project, filter],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) => auditEntries(project, filter, pageParam),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const set = (change: AuditSearch) =>
    void navigate({ to: '/projects/$project/audit', params: { project }, search: { ...filter, ...change }, replace: true });
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const clear = (
    <Button variant="default" onClick={() => set(NO_FILTER)}>
      {t.clear}
    </Button>
  );
  const undo = undone && undoOf(undone);
  return (
    <>
      <ScreenHead title={t.title} />
      <AuditFilters project={project} filter={filter} onChange={set} />
      <div className={`card ${css.card}`}>
        {isPending && <RowsLoading rows={16} height={20} />}
        {error && !data && <Failure error={error} retry={() => void refetch()} />}
        {data && entries.length === 0 && (
          <Empty title={filtered ? t.emptyFiltered : t.empty} action={filtered && clear}>
            {filtered ? t.emptyFilteredText : t.emptyText}
          </Empty>
        )}
        {entries.length > 0 && (
          <table className={css.table}>
            <thead>
              <tr>
                <td />
                {[t.when, t.actor, t.where, t.action, t.change].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
                <td />
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <AuditEntryRow
                  key={entry.seq}
                  entry={entry}
                  onActor={(actor) => set({ actor })}
                  onObject={(object) => set({ object })}
                  onUndo={setUndone}
                />
              ))}
            </tbody>
          </table>
        )}
      </div>
      {entries.length > 0 && (
        <div className={css.more}>
          {hasNextPage ? (
            <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {t.more}
            </Button>
          ) : (
            t.end
          )}
        </div>
      )}
      {undone && undo && undo.kind !== 'none' && (
        <UndoDialog entry={undone} project={undone.project ?? project} undo={undo} onClose={() => setUndone(null)} />
      )}
    </>
  );
}
