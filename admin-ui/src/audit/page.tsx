import { Button, Select, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import * as queries from '../api/queries.ts';
import { Empty, Failure, RowsLoading } from '../app/feedback.tsx';
import { text } from '../text/catalogue.ts';
import { AuditEntryRow } from './entry.tsx';
import css from './page.module.css';

const t = text.audit;
const ROUTE = '/inside/projects/$project/audit';

/** What happened in the project: who, what, from where to where, when. */
export function AuditPage() {
  const { project } = useParams({ from: ROUTE });
  const filter = useSearch({ from: ROUTE });
  const navigate = useNavigate();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['audit', project, filter],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) => queries.auditPage(project, filter, pageParam),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const set = (change: queries.AuditFilter) =>
    void navigate({ to: '/projects/$project/audit', params: { project }, search: { ...filter, ...change }, replace: true });
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const clear = () => set({ environment: undefined, object: undefined, actor: undefined, action: undefined });
  return (
    <>
      <header className={css.head}>
        <Title order={1}>{t.title}</Title>
        <Filters project={project} filter={filter} onChange={set} />
      </header>
      <div className={`card ${css.card}`}>
        {isPending && <RowsLoading rows={16} height={20} />}
        {error && !data && <Failure error={error} retry={() => void refetch()} />}
        {data && entries.length === 0 && (
          <Empty
            title={filtered ? t.emptyFiltered : t.empty}
            action={
              filtered && (
                <Button variant="default" onClick={clear}>
                  {t.clear}
                </Button>
              )
            }
          >
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
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <AuditEntryRow key={entry.seq} entry={entry} onActor={(actor) => set({ actor })} />
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
    </>
  );
}

interface FiltersProps {
  readonly project: string;
  readonly filter: queries.AuditFilter;
  onChange(change: queries.AuditFilter): void;
}

function Filters({ project, filter, onChange }: FiltersProps) {
  const { data: projects } = useQuery(queries.projects());
  const environments = projects?.find((row) => row.project.key === project)?.environments ?? [];
  return (
    <div className={css.filters}>
      <Select
        w={170}
        clearable
        aria-label={t.environment}
        placeholder={t.everyEnvironment}
        data={environments.map(({ key, name }) => ({ value: key, label: name }))}
        value={filter.environment ?? null}
        onChange={(environment) => onChange({ environment: environment ?? undefined })}
      />
      <Words
        key={`object ${filter.object ?? ''}`}
        label={t.object}
        hint={t.objectHint}
        value={filter.object}
        onChange={(object) => onChange({ object })}
      />
      <Words
        key={`actor ${filter.actor ?? ''}`}
        label={t.actor}
        hint={t.actor}
        value={filter.actor}
        onChange={(actor) => onChange({ actor })}
      />
      <Words
        key={`action ${filter.action ?? ''}`}
        label={t.action}
        hint={t.actionHint}
        value={filter.action}
        onChange={(action) => onChange({ action })}
      />
    </div>
  );
}

interface WordsProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string | undefined;
  onChange(value: string | undefined): void;
}

function Words({ label, hint, value, onChange }: WordsProps) {
  const [typed, setTyped] = useState(value ?? '');
  const send = useDebouncedCallback((next: string) => onChange(next.trim() === '' ? undefined : next.trim()), 900);
  return (
    <TextInput
      w={170}
      aria-label={label}
      placeholder={hint}
      value={typed}
      onBlur={() => typed !== (value ?? '') && onChange(typed.trim() === '' ? undefined : typed.trim())}
      onKeyDown={(event) => event.key === 'Enter' && onChange(typed.trim() === '' ? undefined : typed.trim())}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        send(event.currentTarget.value);
      }}
    />
  );
}
