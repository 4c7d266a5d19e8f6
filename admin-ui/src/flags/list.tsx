import { Button, Checkbox, NativeSelect, TextInput, Title } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useDeferredValue, useMemo, useRef } from 'react';
import * as queries from '../api/queries.ts';
import type { FlagRow } from '../api/resources.ts';
import { Empty, Failure, RowsLoading } from '../app/feedback.tsx';
import { useMay } from '../app/permissions.ts';
import type { FlagFilter } from '../app/search-params.ts';
import { text } from '../text/catalogue.ts';
import { count } from '../text/format.ts';
import { KindChip } from './kind-chip.tsx';
import css from './list.module.css';
import { StateCell } from './state-cell.tsx';

const CreateFlag = lazy(() => import('./create.tsx').then((m) => ({ default: m.CreateFlag })));
const ROUTE = '/inside/projects/$project/flags';

function matches({ flag }: FlagRow, { q, kind, tag }: FlagFilter): boolean {
  if (kind !== undefined && flag.kind !== kind) return false;
  if (tag !== undefined && !flag.tags.includes(tag)) return false;
  if (q === undefined) return true;
  const all = `${flag.name} ${flag.key} ${flag.tags.join(' ')}`.toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((part) => all.includes(part));
}

/** Every flag of the project: what it does in each environment, and the handles to change it. */
export function FlagList() {
  const { project } = useParams({ from: ROUTE });
  const filter = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: '/projects/$project/flags' });
  const may = useMay();
  const search = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => search.current?.focus()]]);
  const list = useQuery(queries.flags(project, filter.archived === true));
  const wanted = useDeferredValue(filter);
  const rows = useMemo(() => (list.data ?? []).filter((row) => matches(row, wanted)), [list.data, wanted]);
  const tags = useMemo(() => [...new Set((list.data ?? []).flatMap(({ flag }) => flag.tags))].sort(), [list.data]);
  const set = (change: FlagFilter) =>
    void navigate({
      replace: !('new' in change),
      search: (before) => ({ ...before, ...change }),
    });
  const create = may('flag:write') && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => set({ new: true })}>
      {text.flags.create}
    </Button>
  );
  return (
    <>
      <header className={css.head}>
        <Title order={1}>
          {text.flags.title}{' '}
          {list.data && <span className={css.count}>{text.flags.count(count(rows.length), count(list.data.length))}</span>}
        </Title>
        {create}
      </header>
      <div className={css.filters}>
        <TextInput
          ref={search}
          className={css.search ?? ''}
          size="sm"
          type="search"
          aria-label={text.flags.search}
          placeholder={text.flags.searchHint}
          leftSection={<IconSearch size={15} />}
          value={filter.q ?? ''}
          onChange={(event) => set({ q: event.currentTarget.value || undefined })}
        />
        <NativeSelect
          w={150}
          aria-label={text.flags.kind}
          data={[
            { value: '', label: text.flags.everyKind },
            ...Object.entries(text.flags.kinds).map(([value, label]) => ({ value, label })),
          ]}
          value={filter.kind ?? ''}
          onChange={(event) => set({ kind: event.currentTarget.value || undefined })}
        />
        {tags.length > 0 && (
          <NativeSelect
            w={140}
            aria-label={text.flags.tag}
            data={[{ value: '', label: text.flags.everyTag }, ...tags]}
            value={filter.tag ?? ''}
            onChange={(event) => set({ tag: event.currentTarget.value || undefined })}
          />
        )}
        <Checkbox
          label={text.flags.archived}
          checked={filter.archived === true}
          onChange={(event) => set({ archived: event.currentTarget.checked ? true : undefined })}
        />
      </div>
      <div className={`card ${css.card}`}>
        {list.isPending && <RowsLoading rows={14} />}
        {list.error && !list.data && <Failure error={list.error} retry={() => void list.refetch()} />}
        {list.data && rows.length > 0 && <Table project={project} rows={rows} />}
        {list.data && rows.length === 0 && (
          <Nothing
            filtered={list.data.length > 0}
            clear={() => set({ q: undefined, kind: undefined, tag: undefined })}
            create={create}
          />
        )}
      </div>
      <Suspense fallback={null}>
        {filter.new === true && <CreateFlag project={project} onClose={() => set({ new: undefined })} />}
      </Suspense>
    </>
  );
}

function Table({ project, rows }: { project: string; rows: readonly FlagRow[] }) {
  const { data: projects } = useQuery(queries.projects());
  const environments = projects?.find((row) => row.project.key === project)?.environments;
  const keys = rows[0]?.states.map(({ state }) => state.environment) ?? [];
  return (
    <table className={css.table}>
      <thead>
        <tr>
          <th scope="col">{text.flags.column}</th>
          {keys.map((key) => (
            <th scope="col" key={key}>
              {environments?.find((environment) => environment.key === key)?.name ?? key}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.flag.key}>
            <th scope="row">
              <Link className={css.name} to="/projects/$project/flags/$flag" params={{ project, flag: row.flag.key }}>
                {row.flag.name || row.flag.key}
              </Link>
              <span className={css.meta}>
                <span className="key">{row.flag.key}</span>
                <KindChip kind={row.flag.kind} />
                {row.flag.archived && <span>{text.flags.archive.mark}</span>}
                {row.flag.tags.slice(0, 3).map((tag) => (
                  <span key={tag} className={css.tag}>
                    {tag}
                  </span>
                ))}
              </span>
            </th>
            {row.states.map((state) => (
              <td key={state.state.environment}>
                <span className={css.where}>{state.state.environment}</span>
                <StateCell flag={row.flag} row={state} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Nothing({ filtered, clear, create }: { filtered: boolean; clear: () => void; create: React.ReactNode }) {
  if (!filtered) {
    return (
      <Empty title={text.flags.empty} action={create}>
        {text.flags.emptyText}
      </Empty>
    );
  }
  const action = (
    <Button variant="default" onClick={clear}>
      {text.flags.clear}
    </Button>
  );
  return (
    <Empty title={text.flags.none} action={action}>
      {text.flags.noneText}
    </Empty>
  );
}
