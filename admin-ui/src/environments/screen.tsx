import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { environments as environmentsQuery, tokens as tokensQuery } from '../api/environments.ts';
import { Empty, Failure, RowsLoading } from '../app/feedback.tsx';
import { hasWords, useListFilter } from '../app/list-filter.ts';
import { useMay } from '../app/permissions.ts';
import screen from '../app/screen.module.css';
import { ScreenHead, SearchField } from '../app/screen.tsx';
import { environments as t } from '../text/environments.ts';
import { count } from '../text/format.ts';
import { frame } from '../text/frame.ts';
import { EnvironmentCard } from './environment-card.tsx';
import { WideTokens } from './wide-tokens.tsx';

const EnvironmentPanel = lazy(() => import('./environment-panel.tsx').then((m) => ({ default: m.EnvironmentPanel })));
const TokenPanel = lazy(() => import('./token-panel.tsx').then((m) => ({ default: m.TokenPanel })));

/** The panel for a new key, with its place chosen: `key in production`, or `key` for more than one place. */
const NEW_KEY = /^key(?: in (.+))?$/;

/** Where the project runs, and what may ask for it there. */
export function EnvironmentsScreen() {
  const { project } = useParams({ from: '/inside/projects/$project/environments' });
  const [filter, set] = useListFilter();
  const may = useMay();
  const list = useQuery(environmentsQuery(project));
  const mayKeys = may('token:read');
  const tokens = useQuery({ ...tokensQuery(), enabled: mayKeys });
  const rows = list.data ?? [];
  const here = (tokens.data ?? []).filter((token) => token.project === project);
  const shown = rows.filter(({ environment: { key, name, description } }) => {
    const keys = here.filter((token) => token.environment === key).map((token) => `${token.name} ${token.hint}`);
    return hasWords(`${key} ${name} ${description ?? ''} ${keys.join(' ')}`, filter.q);
  });
  const newKey = filter.open === undefined ? null : NEW_KEY.exec(filter.open);
  const edited = rows.find(({ environment }) => `edit ${environment.key}` === filter.open);
  const close = () => set({ open: undefined, new: undefined });
  return (
    <>
      <ScreenHead title={t.title} lead={t.lead}>
        {may('environment:write') && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => set({ new: true })}>
            {t.create}
          </Button>
        )}
      </ScreenHead>
      <div className={screen.tools}>
        <SearchField label={t.search} value={filter.q} onChange={(q) => set({ q })} />
        <span className="muted num">{frame.count(count(shown.length), count(rows.length))}</span>
      </div>
      {list.isPending && <RowsLoading rows={4} height={90} />}
      {list.error && !list.data && <Failure error={list.error} retry={() => void list.refetch()} />}
      {tokens.error && !tokens.data && <Failure error={tokens.error} retry={() => void tokens.refetch()} />}
      {list.data && shown.length === 0 && (
        <div className="card">
          <Empty title={frame.noneMatch}>{frame.noneMatchText}</Empty>
        </div>
      )}
      {shown.map((row) => (
        <EnvironmentCard
          key={row.environment.key}
          row={row}
          order={rows}
          tokens={
            mayKeys
              ? (tokens.data?.filter((one) => one.project === project && one.environment === row.environment.key) ?? null)
              : 'hidden'
          }
          onEdit={() => set({ open: `edit ${row.environment.key}` })}
          onNewKey={() => set({ open: `key in ${row.environment.key}` })}
        />
      ))}
      {mayKeys && tokens.data && <WideTokens project={project} tokens={tokens.data} onNew={() => set({ open: 'key' })} />}
      <Suspense fallback={null}>
        {filter.new && <EnvironmentPanel project={project} onClose={close} />}
        {edited && <EnvironmentPanel project={project} row={edited} onClose={close} />}
        {newKey && <TokenPanel project={project} places={rows} environment={newKey[1] ?? null} onClose={close} />}
      </Suspense>
    </>
  );
}
