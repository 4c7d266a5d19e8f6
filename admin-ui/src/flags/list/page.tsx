import { Button, Checkbox, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import * as queries from '../../api/queries.ts';
import { useFavourites } from '../../app/favourites.ts';
import { Empty, Failure, RowsLoading } from '../../app/feedback.tsx';
import { useNow } from '../../app/now.ts';
import { useMay } from '../../app/permissions.ts';
import type { FlagFilter } from '../../app/search-params.ts';
import { useStored } from '../../app/stored.ts';
import { text } from '../../text/catalogue.ts';
import { count } from '../../text/format.ts';
import { BulkBar } from './bulk-bar.tsx';
import type { Act } from './cell.tsx';
import { chosenRows, listRows, nextSort } from './filter.ts';
import { Filters } from './filters.tsx';
import css from './page.module.css';
import { useSelection } from './selection.ts';
import { Table } from './table.tsx';
import { ViewsButton } from './views-button.tsx';

const CreateFlag = lazy(() => import('../create.tsx').then((m) => ({ default: m.CreateFlag })));
const TurnDialog = lazy(() => import('../turn-dialog.tsx').then((m) => ({ default: m.TurnDialog })));
const KillDialog = lazy(() => import('../kill-dialog.tsx').then((m) => ({ default: m.KillDialog })));
const ROUTE = '/inside/projects/$project/flags';
const NOTHING: FlagFilter = {
  ...{ q: undefined, kind: undefined, life: undefined, tag: undefined, owner: undefined },
  ...{ fav: undefined, archived: undefined, sort: undefined },
};

/** Every flag of the project: what it does in each environment, and the handles to change it, one or many at a time. */
export function FlagList() {
  const { project } = useParams({ from: ROUTE });
  const filter = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: '/projects/$project/flags' });
  const may = useMay();
  const now = useNow(30_000);
  const list = useQuery(queries.flags(project, filter.archived === true));
  const owners = useQuery(queries.owners(project)).data ?? NO_OWNERS;
  const me = useQuery(queries.me()).data?.user.id ?? '';
  const environments = useQuery(queries.projects()).data?.find((row) => row.project.key === project)?.environments;
  const favourites = useFavourites(project);
  const [compact, setCompact] = useStored('burgee-compact', (stored) => stored === true);
  const [doing, setDoing] = useState<{ readonly flag: string; readonly environment: string; readonly act: Act } | null>(null);
  const wanted = useDeferredValue(filter);
  // drawn in slices; until it is, nothing may speak of the newer rows
  const known = useDeferredValue(list.data);

  const names = useMemo(() => new Map(owners.map(({ id, name }) => [id, name])), [owners]);
  const all = useMemo(() => listRows(known ?? [], names, now), [known, names, now]);
  const rows = useMemo(() => chosenRows(all, wanted, favourites.keys), [all, wanted, favourites.keys]);
  const tags = useMemo(() => [...new Set(all.flatMap(({ flag }) => flag.tags))].sort(), [all]);
  const picked = useSelection(rows);

  const set = (change: FlagFilter) =>
    void navigate({ replace: !('new' in change), search: (before) => ({ ...before, ...change }) });
  const act = useCallback((flag: string, environment: string, what: Act) => setDoing({ flag, environment, act: what }), []);
  const pick = useRef(picked.pick);
  pick.current = picked.pick;
  const favour = useRef(favourites.toggle);
  favour.current = favourites.toggle;
  const handles = useMemo(
    () => ({
      onPick: (flag: string, on: boolean, reach: boolean) => pick.current(flag, on, reach),
      onFavourite: (flag: string) => favour.current(flag),
      onAct: act,
    }),
    [act],
  );

  const states = rows[0]?.states.map(({ state }) => state.environment) ?? [];
  const columns = states.map((key) => ({ key, name: environments?.find((one) => one.key === key)?.name ?? key }));
  const at = doing && all.find(({ flag }) => flag.key === doing.flag);
  const state = at?.states.find((row) => row.state.environment === doing?.environment);
  const create = may('flag:write') && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => set({ new: true })}>
      {text.flags.create}
    </Button>
  );
  return (
    <div className={css.page}>
      <header className={css.head}>
        <Title order={1}>
          {text.flags.title}{' '}
          {known && (
            <span className={css.count} role="status">
              {text.flags.count(count(rows.length), count(known.length))}
            </span>
          )}
        </Title>
        {create}
      </header>
      <Filters filter={filter} tags={tags} owners={owners} onChange={set}>
        <Checkbox
          label={text.flags.archived}
          checked={filter.archived === true}
          onChange={(event) => set({ archived: event.currentTarget.checked ? true : undefined })}
        />
        <ViewsButton
          project={project}
          me={me}
          filter={filter}
          compact={compact}
          onChoose={(view) => set({ ...NOTHING, ...view })}
          onCompact={setCompact}
        />
      </Filters>
      {picked.rows.length > 0 && (
        <BulkBar
          project={project}
          rows={picked.rows}
          tags={tags}
          archived={filter.archived === true}
          mayState={may('state:write')}
          mayFlag={may('flag:write')}
          onClear={picked.clear}
        />
      )}
      {!known && !list.error && (
        <div className="card">
          <RowsLoading rows={16} />
        </div>
      )}
      {list.error && !known && <Failure error={list.error} retry={() => void list.refetch()} />}
      {known && rows.length > 0 && (
        <Table
          project={project}
          rows={rows}
          environments={columns}
          sort={filter.sort}
          compact={compact}
          now={now}
          picked={picked.keys}
          favourites={favourites.keys}
          mayWrite={may('state:write')}
          mayKill={may('state:kill')}
          handles={handles}
          onSort={(column) => set({ sort: nextSort(filter.sort, column) })}
          onPickAll={picked.pickAll}
        />
      )}
      {known && rows.length === 0 && (
        <div className="card">
          <Nothing filtered={known.length > 0 || filter.archived === true} clear={() => set(NOTHING)} create={create} />
        </div>
      )}
      <Suspense fallback={null}>
        {filter.new === true && (
          <CreateFlag
            project={project}
            tags={tags}
            start={filter}
            onClose={() => set({ new: undefined, key: undefined, type: undefined, fallback: undefined })}
          />
        )}
        {at && state && doing.act !== 'kill' && (
          <TurnDialog flag={at.flag} row={state} turn={doing.act} onClose={() => setDoing(null)} />
        )}
        {at && state && doing.act === 'kill' && (
          <KillDialog state={state.state} name={at.flag.name || at.flag.key} onClose={() => setDoing(null)} />
        )}
      </Suspense>
    </div>
  );
}

const NO_OWNERS: never[] = [];

function Nothing({ filtered, clear, create }: { filtered: boolean; clear: () => void; create: ReactNode }) {
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
