import type { TokenKind } from '@burgee/server/api';
import { Select, TagsInput, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createToken, type EnvironmentRow } from '../api/environments.ts';
import { Problem } from '../api/problem.ts';
import { useForm } from '../app/form.ts';
import { Panel } from '../app/panel.tsx';
import { SecretDialog } from '../app/secret.tsx';
import { environments } from '../text/environments.ts';
import { KeyUse } from './token-dialogs.tsx';

const t = environments.form;
const PROJECT = '\u0000project';
const EVERYTHING = '\u0000everything';
const DAY_MS = 86_400_000;

interface Draft {
  readonly kind: TokenKind;
  readonly name: string;
  /** An environment's key, PROJECT or EVERYTHING. */
  readonly place: string;
  readonly origins: string[];
  readonly ends: keyof typeof t.endings;
}

interface Props {
  readonly project: string;
  readonly places: readonly EnvironmentRow[];
  /** null: more than one place. */
  readonly environment: string | null;
  onClose(): void;
}

/** The panel that makes a key; its secret is shown once. */
export function TokenPanel({ project, places, environment, onClose }: Props) {
  const blank: Draft = {
    kind: environment === null ? 'admin' : 'server',
    name: '',
    place: environment ?? EVERYTHING,
    origins: [],
    ends: 'never',
  };
  const form = useForm<Draft>(`${project}/token/${environment ?? ''}`, { value: blank, version: 0 });
  const { kind, name, place, origins, ends } = form.value;
  const [secret, setSecret] = useState<string | null>(null);
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: () =>
      createToken({
        kind,
        name: name.trim(),
        origins,
        project: place === EVERYTHING ? null : project,
        environment: place === EVERYTHING || place === PROJECT ? null : place,
        expiresAt: ends === 'never' ? null : Date.now() + Number(ends) * DAY_MS,
      }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['tokens'] });
      setSecret(made.secret);
    },
    meta: { quiet: true },
  });
  const problem = create.error instanceof Problem ? create.error : undefined;
  if (secret !== null) {
    const done = () => {
      form.discard();
      onClose();
    };
    return (
      <SecretDialog title={environments.secret.title(name.trim())} secret={secret} onClose={done}>
        <KeyUse kind={kind} secret={secret} />
      </SecretDialog>
    );
  }
  const wide = [
    { value: PROJECT, label: t.everyEnvironment },
    { value: EVERYTHING, label: t.everyProject },
  ];
  const choose = (next: TokenKind) =>
    form.set({
      kind: next,
      ...(next !== 'admin' && place.startsWith('\u0000') ? { place: places.at(-1)?.environment.key ?? '' } : {}),
    });
  return (
    <Panel
      title={t.title}
      submit={t.submit}
      pending={create.isPending}
      error={create.error}
      fields={['name', 'environment', 'origins', 'expiresAt', 'kind']}
      disabled={name.trim() === ''}
      form={form}
      onSubmit={create.mutate}
      onClose={onClose}
    >
      <div>
        <Select
          label={t.kind}
          allowDeselect={false}
          data={Object.entries(environments.keys.kinds).map(([value, label]) => ({ value, label }))}
          value={kind}
          error={problem?.about('kind')}
          onChange={(next) => next && choose(next as TokenKind)}
        />
        <Text fz="sm" mt={6} className="muted">
          {environments.keys.kindHints[kind]}
        </Text>
      </div>
      <TextInput
        data-autofocus
        label={t.name}
        description={t.nameHint}
        value={name}
        error={problem?.about('name')}
        onChange={(event) => form.set({ name: event.currentTarget.value })}
      />
      <Select
        label={t.place}
        allowDeselect={false}
        data={[...places.map(({ environment: one }) => ({ value: one.key, label: one.name })), ...(kind === 'admin' ? wide : [])]}
        value={place}
        error={problem?.about('environment')}
        onChange={(next) => next && form.set({ place: next })}
      />
      {kind === 'client' && (
        <TagsInput
          label={t.origins}
          description={t.originsHint}
          splitChars={[',', ' ']}
          acceptValueOnBlur
          value={origins}
          error={problem?.fields.find(({ field }) => field.startsWith('origins'))?.message}
          onChange={(next) => form.set({ origins: next })}
        />
      )}
      <Select
        label={t.ends}
        allowDeselect={false}
        data={Object.entries(t.endings).map(([value, label]) => ({ value, label }))}
        value={ends}
        error={problem?.about('expiresAt')}
        onChange={(next) => next && form.set({ ends: next as Draft['ends'] })}
      />
    </Panel>
  );
}
