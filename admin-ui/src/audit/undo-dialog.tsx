import type { AuditRecord } from '@burgee/server/api';
import { List, Skeleton, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { kill, putTargeting, restore, targetingOf } from '../api/changes.ts';
import { api, request } from '../api/client.ts';
import * as queries from '../api/queries.ts';
import { Confirm } from '../app/confirm.tsx';
import { Failure } from '../app/feedback.tsx';
import { difference } from '../flags/difference.ts';
import { sees } from '../flags/sees.ts';
import { sent } from '../flags/targeting.ts';
import { audit } from '../text/audit.ts';
import { saidOf } from './said.ts';
import { movedSince, putBack, type Undo } from './undo.ts';

const t = audit.undo;

interface Props {
  readonly entry: AuditRecord;
  readonly project: string;
  readonly undo: Exclude<Undo, { kind: 'none' }>;
  onClose(): void;
}

/** Takes an entry back as a new change, after saying what that comes to. */
export function UndoDialog(props: Props) {
  const { undo } = props;
  if (undo.kind === 'state') return <UndoState {...props} undo={undo} />;
  if (undo.kind === 'patch') return <UndoPatch {...props} undo={undo} />;
  return <UndoKill {...props} undo={undo} />;
}

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries();
}

type Of<K extends Undo['kind']> = Omit<Props, 'undo'> & { readonly undo: Extract<Undo, { kind: K }> };

function UndoKill({ entry, project, undo: { kind, flag, environment }, onClose }: Of<'kill' | 'restore'>) {
  const refresh = useRefresh();
  const at = { project, environment, flag };
  return (
    <Confirm
      title={t.title}
      confirm={t.confirm}
      danger={kind === 'kill'}
      reason="required"
      done={t.done}
      run={(reason) => (kind === 'kill' ? kill(at, reason) : restore(at, reason)).then(refresh)}
      onClose={onClose}
    >
      <Text mb="xs">{saidOf(entry)}</Text>
      <Text className="muted">
        {kind === 'kill' ? t.restored : t.killed} {t.text}
      </Text>
    </Confirm>
  );
}

function UndoState({ entry, project, undo: { flag, environment }, onClose }: Of<'state'>) {
  const { data, error, refetch } = useQuery({ ...queries.flag(project, flag), staleTime: 0 });
  const refresh = useRefresh();
  const row = data?.states.find(({ state }) => state.environment === environment);
  const now = row && targetingOf(row.state);
  const target = now && putBack(now, entry);
  const lines = now && target ? difference(now, target) : [];
  return (
    <Confirm
      title={t.title}
      confirm={t.confirm}
      disabled={lines.length === 0}
      done={t.done}
      run={async () => {
        if (!row || !target) return;
        await putTargeting(row.state, sent(target), row.version).catch(async (thrown: unknown) => {
          await refetch();
          throw thrown;
        });
        await refresh();
      }}
      onClose={onClose}
    >
      <Text mb="xs">{saidOf(entry)}</Text>
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton height={60} />}
      {now && target && lines.length === 0 && <Text>{t.already}</Text>}
      {now && lines.length > 0 && (
        <>
          {movedSince(now, entry) ? <Text c="var(--warn)">{t.since}</Text> : <Text className="muted">{t.text}</Text>}
          <List my="xs">
            {lines.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
          {target && row && (
            <Text>
              {t.sees} {environment}: {sees({ ...target, killed: row.state.killed }).sentence}
            </Text>
          )}
        </>
      )}
    </Confirm>
  );
}

/** Where each thing is changed. */
const PATHS = {
  flag: (project: string, key: string) => api('projects', project, 'flags', key),
  segment: (project: string, key: string) => api('projects', project, 'segments', key),
  environment: (project: string, key: string) => api('projects', project, 'environments', key),
  project: (_: string, key: string) => api('projects', key),
} as const;

function UndoPatch({ entry, project, undo: { what, key, patch }, onClose }: Of<'patch'>) {
  const refresh = useRefresh();
  const path = PATHS[what](project, key);
  // only flags and segments insist on the version that was seen; it is read now, so that nothing later is lost unseen
  const run = async () => {
    const seen = what === 'flag' || what === 'segment' ? await request<{ version: number }>('GET', path) : undefined;
    await request('PATCH', path, { body: patch, ...(seen && { version: seen.version }) });
    await refresh();
  };
  return (
    <Confirm title={t.title} confirm={t.confirm} done={t.done} run={run} onClose={onClose}>
      <Text mb="xs">{saidOf(entry)}</Text>
      <Text className="muted">
        {t.fields(Object.keys(patch).join(', '))}. {t.text}
      </Text>
    </Confirm>
  );
}
