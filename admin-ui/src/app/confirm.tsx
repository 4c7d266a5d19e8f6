import { Alert, Button, Group, List, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Problem } from '../api/problem.ts';
import { app } from '../text/app.ts';
import { frame as t } from '../text/frame.ts';
import { Refusal } from './panel.tsx';
import { sayDone } from './toast.ts';

interface Props {
  readonly title: string;
  readonly confirm: string;
  readonly danger?: boolean;
  /** Whether it asks why. */
  readonly reason?: 'none' | 'optional' | 'required';
  readonly done?: string;
  readonly disabled?: boolean;
  /** What happens then. */
  readonly children: ReactNode;
  run(reason: string): Promise<unknown>;
  /** Instead of closing. */
  onDone?(): void;
  onClose(): void;
}

/** Asks once, and says what will happen. A refusal stays here, with what was typed. */
export function Confirm({
  title,
  confirm,
  danger = false,
  reason = 'none',
  done,
  disabled = false,
  children,
  run,
  onDone,
  onClose,
}: Props) {
  const [why, setWhy] = useState('');
  const change = useMutation({
    mutationFn: () => run(why.trim()),
    onSuccess: () => {
      if (done !== undefined) sayDone(done);
      (onDone ?? onClose)();
    },
    meta: { quiet: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={<strong>{title}</strong>}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <div>{children}</div>
          {reason !== 'none' && (
            <Textarea
              data-autofocus
              label={reason === 'required' ? app.reason : t.reasonOptional}
              description={app.reasonHint}
              required={reason === 'required'}
              withAsterisk={false}
              autosize
              minRows={2}
              value={why}
              onChange={(event) => setWhy(event.currentTarget.value)}
            />
          )}
          <InUse error={change.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {app.cancel}
            </Button>
            <Button
              type="submit"
              data-autofocus={reason === 'none' || undefined}
              color={danger ? 'red' : 'tide'}
              loading={change.isPending}
              disabled={disabled || (reason === 'required' && why.trim() === '')}
            >
              {confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** What a refused removal is still needed by, as the server names it. */
function usersIn(error: Problem): string[] {
  const { by } = error.details;
  if (!Array.isArray(by)) return [];
  return by.map((user: unknown) => {
    const { flag, environment } = Object(user) as { flag?: string; environment?: string };
    return flag === undefined ? String(user) : `${flag} · ${environment}`;
  });
}

function InUse({ error }: { error: unknown }) {
  if (!(error instanceof Problem) || error.code !== 'in_use') return <Refusal error={error} />;
  const users = usersIn(error);
  return (
    <Alert variant="default" role="alert" title={users.length > 0 ? t.inUse : undefined} bd="1px solid var(--bad)">
      {users.length === 0 ? (
        <Text>{error.message}</Text>
      ) : (
        <List>
          {users.map((user) => (
            <List.Item key={user}>{user}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
