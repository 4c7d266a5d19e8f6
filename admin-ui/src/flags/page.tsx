import { ActionIcon, Anchor, Box, CopyButton, Menu, Skeleton, Text, Title, Tooltip } from '@mantine/core';
import { IconArchive, IconArchiveOff, IconCheck, IconCopy, IconDots, IconPencil } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { patchFlag } from '../api/changes.ts';
import * as queries from '../api/queries.ts';
import type { FlagRow } from '../api/resources.ts';
import { Failure, RowsLoading } from '../app/feedback.tsx';
import { useMay } from '../app/permissions.ts';
import { sayDone } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';
import { DetailsDrawer } from './details.tsx';
import { EnvironmentCards } from './environment-cards.tsx';
import { EnvironmentView } from './environment-view.tsx';
import { KindChip } from './kind-chip.tsx';
import css from './page.module.css';
import { isProduction } from './targeting.ts';

const ROUTE = '/inside/projects/$project/flags/$flag';

/** One flag: its state everywhere on top, then everything about it in one environment. */
export function FlagPage() {
  const { project, flag: key } = useParams({ from: ROUTE });
  const { env } = useSearch({ from: ROUTE });
  const { data, error, refetch } = useQuery(queries.flag(project, key));
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) {
    return (
      <Box>
        <Skeleton height={30} width={280} mb="lg" />
        <Skeleton height={110} mb="lg" />
        <RowsLoading rows={5} height={54} />
      </Box>
    );
  }
  const row =
    data.states.find(({ state }) => state.environment === env) ??
    data.states.find(({ state }) => isProduction(state.environment)) ??
    data.states.at(-1);
  return (
    <>
      <Head row={data} />
      <EnvironmentCards row={data} chosen={row?.state.environment ?? ''} />
      {row && <EnvironmentView key={`${row.state.flag}/${row.state.environment}`} flag={data.flag} row={row} />}
    </>
  );
}

function Head({ row: { flag, version } }: { row: FlagRow }) {
  const may = useMay();
  const client = useQueryClient();
  const [editing, setEditing] = useState(false);
  const name = flag.name || flag.key;
  const archive = useMutation({
    mutationFn: () => patchFlag(flag.project, flag.key, { archived: !flag.archived }, version),
    onSuccess: () => {
      sayDone(flag.archived ? text.flags.archive.undone(name) : text.flags.archive.done(name));
      void client.invalidateQueries({ queryKey: ['flags', flag.project] });
      void client.invalidateQueries({ queryKey: ['flag', flag.project, flag.key] });
    },
  });
  return (
    <header className={css.head}>
      <div className={css.crumb}>
        <Anchor component={Link} to={`/projects/${encodeURIComponent(flag.project)}/flags`} fz="sm">
          {text.flags.title}
        </Anchor>
        <span aria-hidden="true">/</span>
      </div>
      <div className={css.title}>
        <Title order={1} className={css.name ?? ''}>
          {name}
        </Title>
        <span className={css.meta}>
          <span className="key">{flag.key}</span>
          <CopyButton value={flag.key}>
            {({ copied, copy }) => (
              <Tooltip label={copied ? text.flags.page.copied : text.flags.page.copy}>
                <ActionIcon size="sm" variant="subtle" color="gray" aria-label={text.flags.page.copy} onClick={copy}>
                  {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
          <KindChip kind={flag.kind} />
          <span>{text.flags.types[flag.type]}</span>
          {flag.tags.map((tag) => (
            <span key={tag}>#{tag}</span>
          ))}
          {flag.archived && <strong className={css.archived}>{text.flags.archive.mark}</strong>}
        </span>
        {may('flag:write') && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="default" size="lg" ml="auto" aria-label={text.flags.edit.title}>
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setEditing(true)}>
                {text.flags.edit.action}
              </Menu.Item>
              <Menu.Item
                leftSection={flag.archived ? <IconArchiveOff size={15} /> : <IconArchive size={15} />}
                onClick={() => archive.mutate()}
              >
                {flag.archived ? text.flags.archive.undo : text.flags.archive.action}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {flag.description !== '' && (
        <Text className="muted" maw={720} mt={4}>
          {flag.description}
        </Text>
      )}
      {editing && <DetailsDrawer flag={flag} version={version} onClose={() => setEditing(false)} />}
    </header>
  );
}
