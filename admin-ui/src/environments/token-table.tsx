import type { TokenView } from '@burgee/server/api';
import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import * as queries from '../api/queries.ts';
import { type Column, DataTable } from '../app/data-table.tsx';
import { Ago, Chip } from '../app/marks.tsx';
import { useNow } from '../app/now.ts';
import { useMay } from '../app/permissions.ts';
import screen from '../app/screen.module.css';
import { environments } from '../text/environments.ts';
import { exactTime, shortTime } from '../text/format.ts';
import css from './environments.module.css';
import { RevokeDialog, RotateDialog } from './token-dialogs.tsx';

const t = environments.keys;

interface Props {
  readonly label: string;
  readonly tokens: readonly TokenView[];
  /** Said where there is none. */
  readonly none: string;
  /** Shows where each works. */
  readonly where?: (token: TokenView) => string;
}

const isOver = ({ revokedAt, expiresAt }: TokenView, now: number): boolean =>
  revokedAt !== null || (expiresAt !== null && expiresAt <= now);

/** Keys and tokens: for what, when last used, and the handles to replace and end them. */
export function TokenTable({ label, tokens, none, where }: Props) {
  const now = useNow(60_000);
  const [showsEnded, setShowsEnded] = useState(false);
  const [asked, setAsked] = useState<{ readonly what: 'rotate' | 'revoke'; readonly token: TokenView } | null>(null);
  const may = useMay();
  const names = useNames();
  const ended = tokens.filter((token) => isOver(token, now));
  const rows = showsEnded ? tokens : tokens.filter((token) => !isOver(token, now));
  const columns: Column<TokenView>[] = [
    { id: 'name', name: t.columns.name, look: 'wide', by: ({ name }) => name, cell: (token) => <Name token={token} now={now} /> },
    { id: 'kind', name: t.columns.kind, look: 'short', cell: (token) => <Kind token={token} /> },
    ...(where ? [{ id: 'where', name: t.columns.where, look: 'short' as const, cell: where }] : []),
    {
      id: 'use',
      name: t.columns.use,
      look: 'short',
      cell: ({ usedAt }) => (usedAt === null ? <span className="muted">{t.never}</span> : <Ago at={usedAt} now={now} />),
    },
    {
      id: 'ends',
      name: t.columns.ends,
      look: 'short',
      cell: ({ expiresAt }) =>
        expiresAt === null ? (
          <span className="muted">{t.noEnd}</span>
        ) : (
          <time title={exactTime(expiresAt)}>{shortTime(expiresAt)}</time>
        ),
    },
    {
      id: 'made',
      name: t.columns.made,
      look: 'short',
      cell: ({ createdAt, createdBy }) => (
        <>
          <Ago at={createdAt} now={now} />
          {names.get(createdBy) && <span className={screen.meta}>{names.get(createdBy)}</span>}
        </>
      ),
    },
    { id: 'tools', name: '', look: 'tools', cell: (token) => (may('token:write') && !isOver(token, now) ? tools(token) : null) },
  ];
  const tools = (token: TokenView) => (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <Button
        size="compact-xs"
        variant="default"
        aria-label={t.rotateOne(token.name)}
        onClick={() => setAsked({ what: 'rotate', token })}
      >
        {t.rotate}
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={t.revokeOne(token.name)}
        onClick={() => setAsked({ what: 'revoke', token })}
      >
        {t.revoke}
      </Button>
    </Group>
  );
  return (
    <>
      {rows.length === 0 && <p className={css.none}>{none}</p>}
      {rows.length > 0 && (
        <div className={screen.list}>
          <DataTable label={label} columns={columns} rows={rows} rowKey={({ id }) => id} />
        </div>
      )}
      {ended.length > 0 && (
        <div className={css.ended}>
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            aria-expanded={showsEnded}
            onClick={() => setShowsEnded(!showsEnded)}
          >
            {(showsEnded ? t.hide : t.show)(t.ended(ended.length))}
          </Button>
        </div>
      )}
      {asked?.what === 'rotate' && <RotateDialog token={asked.token} onClose={() => setAsked(null)} />}
      {asked?.what === 'revoke' && <RevokeDialog token={asked.token} onClose={() => setAsked(null)} />}
    </>
  );
}

/** Who is behind an id. */
function useNames(): ReadonlyMap<string, string> {
  const { project } = useParams({ strict: false });
  const { data = [] } = useQuery({ ...queries.owners(project ?? ''), enabled: project !== undefined });
  return new Map(data.map(({ id, name }) => [id, name]));
}

function Name({ token, now }: { token: TokenView; now: number }) {
  return (
    <>
      <span className={screen.name}>{token.name}</span>
      <span className={screen.meta}>
        <span className="key">{token.hint}</span>
        {token.kind === 'client' && <span>{token.origins.length === 0 ? t.anyOrigin : t.origins(token.origins.join(', '))}</span>}
        {token.revokedAt !== null && <Chip tone="bad">{t.revoked}</Chip>}
        {token.revokedAt === null && token.expiresAt !== null && token.expiresAt <= now && <Chip tone="warn">{t.expired}</Chip>}
      </span>
    </>
  );
}

function Kind({ token: { kind } }: { token: TokenView }) {
  return <Chip tone={kind === 'admin' ? 'warn' : kind === 'client' ? 'accent' : 'idle'}>{t.kinds[kind]}</Chip>;
}
