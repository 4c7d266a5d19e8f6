import type { RolloutView } from '@burgee/server/api';
import { SegmentedControl, Select, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import * as queries from '../api/queries.ts';
import { Empty, Failure, RowsLoading } from '../app/feedback.tsx';
import { useNow } from '../app/now.ts';
import { text } from '../text/catalogue.ts';
import { ago, exactTime, unbroken } from '../text/format.ts';
import css from './list.module.css';
import { StageBar } from './stage-bar.tsx';
import { StateMark } from './state-mark.tsx';

const t = text.rollouts;
const ROUTE = '/inside/projects/$project/rollouts';

/** Every rollout of the project, what is happening in one sentence each. */
export function RolloutList() {
  const { project } = useParams({ from: ROUTE });
  const search = useSearch({ from: ROUTE });
  const { show, env, q = '' } = search;
  const navigate = useNavigate();
  const { data, error, isPending, refetch } = useQuery(queries.rollouts(project));
  const words = q.toLowerCase().split(/\s+/);
  const rows = (data ?? []).filter(
    (row) =>
      (show === undefined || (show === 'active') === (row.endedAt === null)) &&
      (env === undefined || row.environment === env) &&
      words.every((word) => `${row.flag} ${row.release} ${row.startedBy.name} ${row.sentence}`.toLowerCase().includes(word)),
  );
  const environments = [...new Set((data ?? []).map(({ environment }) => environment))].sort();
  const find = (next: typeof search) =>
    void navigate({ to: '/projects/$project/rollouts', params: { project }, search: { ...search, ...next }, replace: true });
  return (
    <>
      <header className={css.head}>
        <Title order={1}>{t.title}</Title>
        <div className={css.tools}>
          <TextInput
            type="search"
            aria-label={t.filter.search}
            placeholder={t.filter.searchHint}
            leftSection={<IconSearch size={15} />}
            value={q}
            onChange={(event) => find({ q: event.currentTarget.value || undefined })}
          />
          {environments.length > 1 && (
            <Select
              aria-label={t.filter.environment}
              placeholder={t.filter.everywhere}
              clearable
              data={environments}
              value={env ?? null}
              onChange={(key) => find({ env: key ?? undefined })}
            />
          )}
          <SegmentedControl
            size="sm"
            aria-label={t.filter.label}
            data={[
              { value: 'all', label: t.filter.all },
              { value: 'active', label: t.filter.active },
              { value: 'ended', label: t.filter.ended },
            ]}
            value={show ?? 'all'}
            onChange={(next) => find({ show: next === 'active' || next === 'ended' ? next : undefined })}
          />
        </div>
      </header>
      <div className={`card ${css.card}`}>
        {isPending && <RowsLoading rows={8} height={44} />}
        {error && !data && <Failure error={error} retry={() => void refetch()} />}
        {data && rows.length === 0 && (
          <Empty title={data.length === 0 ? t.empty : t.none}>{data.length === 0 ? t.emptyText : t.noneText}</Empty>
        )}
        {rows.length > 0 && <Table rows={rows} />}
      </div>
    </>
  );
}

function Table({ rows }: { rows: readonly RolloutView[] }) {
  const now = useNow(30_000);
  const c = t.columns;
  return (
    <table className={css.table}>
      <thead>
        <tr>
          {[c.state, c.flag, c.stages, c.said, c.started].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td>
              <StateMark state={row.state} />
            </td>
            <td>
              <Link
                className={css.flag}
                to="/projects/$project/environments/$environment/rollouts/$rollout"
                params={{ project: row.project, environment: row.environment, rollout: row.id }}
              >
                {row.flag}
              </Link>
              <span className={css.meta}>
                {row.release} · {row.environment}
              </span>
            </td>
            <td className={css.stages}>
              <StageBar rollout={row} small />
            </td>
            <td className={css.said}>{unbroken(row.sentence)}</td>
            <td className={css.when}>
              <time title={exactTime(row.startedAt)}>{ago(row.startedAt, now)}</time>
              <span className={css.meta}>{t.by(row.startedBy.name)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
