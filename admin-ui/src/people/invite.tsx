import type { Role } from '@burgee/server/api';
import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createPerson, invitePerson } from '../api/people.ts';
import { Problem } from '../api/problem.ts';
import { useForm } from '../app/form.ts';
import { Panel } from '../app/panel.tsx';
import { people } from '../text/people.ts';
import { LinkDialog } from './link.tsx';
import { RoleField } from './role-field.tsx';

const t = people.form;
interface Draft {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
}
const BLANK: Draft = { email: '', name: '', role: 'editor' };

/** Adds a person and gives their link to whoever invites them. */
export function InvitePanel({ onClose }: { onClose: () => void }) {
  const form = useForm<Draft>('invite', { value: BLANK, version: 0 });
  const { email, name, role } = form.value;
  const [link, setLink] = useState<{ link: string; expiresAt: number } | null>(null);
  const client = useQueryClient();
  const invite = useMutation({
    mutationFn: async () => {
      const { user } = await createPerson({ email: email.trim(), name: name.trim() || email.trim(), role });
      return invitePerson(user);
    },
    onSuccess: setLink,
    onSettled: () => client.invalidateQueries({ queryKey: ['people'] }),
    meta: { quiet: true },
  });
  const problem = invite.error instanceof Problem ? invite.error : undefined;
  if (link) {
    const done = () => {
      form.discard();
      onClose();
    };
    return <LinkDialog name={name.trim() || email} {...link} onClose={done} />;
  }
  return (
    <Panel
      title={t.title}
      submit={t.submit}
      pending={invite.isPending}
      error={problem?.code === 'exists' ? null : invite.error}
      fields={['email', 'name', 'role']}
      disabled={email.trim() === ''}
      form={form}
      onSubmit={invite.mutate}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        type="email"
        autoComplete="off"
        label={t.email}
        description={t.emailHint}
        value={email}
        error={problem?.about('email') ?? (problem?.code === 'exists' ? problem.message : undefined)}
        onChange={(event) => form.set({ email: event.currentTarget.value })}
      />
      <TextInput
        label={t.name}
        autoComplete="off"
        value={name}
        error={problem?.about('name')}
        onChange={(event) => form.set({ name: event.currentTarget.value })}
      />
      <RoleField value={role} onChange={(next) => form.set({ role: next })} />
    </Panel>
  );
}
