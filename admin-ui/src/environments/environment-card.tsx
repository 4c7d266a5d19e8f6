import type { TokenView } from '@burgee/server/api';
import { ActionIcon, Button, Menu, Skeleton, Text, TextInput, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconDots, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteEnvironment, type EnvironmentRow, patchEnvironment } from '../api/environments.ts';
import { Confirm } from '../app/confirm.tsx';
import { useMay } from '../app/permissions.ts';
import { Part } from '../app/screen.tsx';
import { sayDone } from '../app/toast.ts';
import { environments as t } from '../text/environments.ts';
import { count } from '../text/format.ts';
import css from './environments.module.css';
import { moves } from './order.ts';
import { TokenTable } from './token-table.tsx';

interface Props {
  readonly row: EnvironmentRow;
  /** All of them, in order. */
  readonly order: readonly EnvironmentRow[];
  /** null: on their way. */
  readonly tokens: readonly TokenView[] | null | 'hidden';
  onEdit(): void;
  onNewKey(): void;
}

/** One environment and its keys. */
export function EnvironmentCard({ row, order, tokens, onEdit, onNewKey }: Props) {
  const { environment, revision } = row;
  const may = useMay();
  return (
    <Part
      title={environment.name}
      lead={
        <>
          <span className="key">{environment.key}</span>
          <span className={css.revision}>{t.revision(`${revision.epoch}.${count(revision.n)}`)}</span>
          {environment.description && <span className={css.description}>{environment.description}</span>}
        </>
      }
      actions={
        <>
          {may('token:write') && (
            <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={onNewKey}>
              {t.keys.create}
            </Button>
          )}
          {may('environment:write') && <Handles row={row} order={order} onEdit={onEdit} />}
        </>
      }
    >
      {tokens === null && <Skeleton height={34} m="md" />}
      {tokens === 'hidden' && <p className={css.none}>{t.keys.noAccess}</p>}
      {tokens !== null && tokens !== 'hidden' && (
        <TokenTable label={`${environment.name}: ${t.title}`} tokens={tokens} none={t.keys.none} />
      )}
    </Part>
  );
}

function Handles({ row, order, onEdit }: Pick<Props, 'row' | 'order' | 'onEdit'>) {
  const { environment, version } = row;
  const { project, key, name } = environment;
  const [deleting, setDeleting] = useState(false);
  const client = useQueryClient();
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['environments', project] }),
      client.invalidateQueries({ queryKey: ['projects'] }),
      client.invalidateQueries({ queryKey: ['flags', project] }),
    ]);
  const index = order.findIndex((one) => one.environment.key === key);
  const move = useMutation({
    mutationFn: async (to: number) => {
      for (const step of moves(order, index, to)) await patchEnvironment(project, step.key, { order: step.order }, step.version);
    },
    onSuccess: () => sayDone(t.moved(name)),
    onSettled: refresh,
  });
  const step = (by: -1 | 1, label: string) => (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        disabled={move.isPending || order[index + by] === undefined}
        onClick={() => move.mutate(index + by)}
      >
        {by < 0 ? <IconArrowUp size={16} /> : <IconArrowDown size={16} />}
      </ActionIcon>
    </Tooltip>
  );
  return (
    <div className={css.handles}>
      {step(-1, t.up(name))}
      {step(1, t.down(name))}
      <Menu position="bottom-end" width={170}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t.more(name)}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={15} />} onClick={onEdit}>
            {t.edit}
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash size={15} />} onClick={() => setDeleting(true)}>
            {t.delete.action}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {deleting && (
        <DeleteDialog
          name={name}
          value={key}
          run={() => deleteEnvironment(project, key, version).then(refresh)}
          onClose={() => setDeleting(false)}
        />
      )}
    </div>
  );
}

interface DeleteProps {
  readonly name: string;
  readonly value: string;
  run(): Promise<unknown>;
  onClose(): void;
}

/** So much goes with an environment that its key must be typed. */
function DeleteDialog({ name, value, run, onClose }: DeleteProps) {
  const [typed, setTyped] = useState('');
  return (
    <Confirm
      danger
      title={t.delete.title(name)}
      confirm={t.delete.action}
      disabled={typed !== value}
      done={t.delete.done(name)}
      run={run}
      onClose={onClose}
    >
      <Text mb="sm">{t.delete.text}</Text>
      <TextInput
        data-autofocus
        label={t.delete.type(value)}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </Confirm>
  );
}
