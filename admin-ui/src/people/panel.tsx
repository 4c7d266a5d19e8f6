import type { Role } from '@burgee/server/api';
import { Button, Switch, Text, TextInput } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { invitePerson, type PersonRow, patchPerson } from '../api/people.ts';
import { Problem } from '../api/problem.ts';
import { useForm } from '../app/form.ts';
import { Moved, Panel, Refusal } from '../app/panel.tsx';
import { useMay } from '../app/permissions.ts';
import { sayDone } from '../app/toast.ts';
import { frame } from '../text/frame.ts';
import { people as t } from '../text/people.ts';
import { LinkDialog } from './link.tsx';
import { RoleField } from './role-field.tsx';

interface Draft {
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
}

function difference(before: Draft, after: Draft): string[] {
  const state = ({ disabled }: Draft) => (disabled ? t.states.disabled : t.states.active);
  const fields: [string, string, string][] = [
    [t.changes.name, before.name, after.name],
    [t.changes.role, t.roles[before.role], t.roles[after.role]],
    [t.changes.state, state(before), state(after)],
  ];
  return fields.flatMap(([what, from, to]) => (from === to ? [] : [frame.fromTo(what, from, to)]));
}

/** One person: name, role, whether they may log in, and a link when they cannot. */
export function PersonPanel({ row, isSelf, onClose }: { row: PersonRow; isSelf: boolean; onClose: () => void }) {
  const { user, version } = row;
  const server: Draft = { name: user.name, role: user.role, disabled: user.disabled };
  const form = useForm<Draft>(`person/${user.id}`, { value: server, version });
  const { name, role, disabled } = form.value;
  const may = useMay()('user:write');
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ['people'] });
  const [link, setLink] = useState<{ link: string; expiresAt: number } | null>(null);
  const save = useMutation({
    mutationFn: () => patchPerson(user.id, form.value, form.version),
    onSuccess: (fresh) => {
      form.discard();
      sayDone(t.saved(fresh.user.name || fresh.user.email));
      onClose();
    },
    onSettled: refresh,
    meta: { quiet: true },
  });
  const invite = useMutation({
    mutationFn: () => invitePerson(user),
    onSuccess: setLink,
    onSettled: refresh,
    meta: { quiet: true },
  });
  const problem = save.error instanceof Problem ? save.error : undefined;
  if (link) return <LinkDialog name={user.name || user.email} {...link} onClose={onClose} />;
  const lines = difference(form.base, form.value);
  return (
    <Panel
      title={user.name || user.email}
      submit={frame.save}
      pending={save.isPending}
      error={save.error}
      fields={['name', 'role']}
      disabled={!may || !form.dirty || form.moved !== null}
      form={form}
      footer={
        <>
          {form.dirty && (role !== user.role || disabled) && <Text c="var(--warn)">{t.ends}</Text>}
          {form.dirty && !form.moved && (
            <Text fz="sm" className="muted">
              {lines.join(' · ')}
            </Text>
          )}
          {form.moved && <Moved form={form} lines={difference(form.base, form.moved)} />}
        </>
      }
      onSubmit={save.mutate}
      onClose={onClose}
    >
      <Text className="muted">{user.email}</Text>
      <TextInput
        data-autofocus
        label={t.form.name}
        value={name}
        error={problem?.about('name')}
        onChange={(event) => form.set({ name: event.currentTarget.value })}
      />
      {isSelf && <Text className="muted">{t.self}</Text>}
      <RoleField value={role} disabled={isSelf} error={problem?.about('role')} onChange={(next) => form.set({ role: next })} />
      <Switch
        label={t.disabled}
        description={t.disabledHint}
        disabled={isSelf}
        checked={disabled}
        onChange={(event) => form.set({ disabled: event.currentTarget.checked })}
      />
      {may && !user.disabled && !isSelf && (
        <div>
          <Button
            variant="default"
            leftSection={<IconLink size={15} />}
            loading={invite.isPending}
            onClick={() => invite.mutate()}
          >
            {t.link.make}
          </Button>
          <Text fz="sm" mt={6} className="muted">
            {t.link.makeText}
          </Text>
          <Refusal error={invite.error} />
        </div>
      )}
    </Panel>
  );
}
