import { Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createEnvironment, type EnvironmentRow, patchEnvironment } from '../api/environments.ts';
import { Problem } from '../api/problem.ts';
import { useForm } from '../app/form.ts';
import { isNamed, keyOf, NameAndKey } from '../app/key-fields.tsx';
import { Moved, Panel } from '../app/panel.tsx';
import { sayDone } from '../app/toast.ts';
import { environments as t } from '../text/environments.ts';
import { frame } from '../text/frame.ts';

interface Draft {
  readonly name: string;
  readonly key: string | null;
  readonly description: string;
}

interface Props {
  readonly project: string;
  /** Absent: a new one. */
  readonly row?: EnvironmentRow;
  onClose(): void;
}

function difference(before: Draft, after: Draft): string[] {
  const lines: string[] = [];
  if (before.name !== after.name) lines.push(t.changes.name(before.name, after.name));
  if (before.description !== after.description) lines.push(t.changes.description);
  return lines;
}

/** Makes an environment, or says what it is called and for. */
export function EnvironmentPanel({ project, row, onClose }: Props) {
  const old = row?.environment;
  const server: Draft = { name: old?.name ?? '', key: old?.key ?? null, description: old?.description ?? '' };
  const form = useForm<Draft>(`${project}/environment/${old?.key ?? ''}`, { value: server, version: row?.version ?? 0 });
  const { name, description } = form.value;
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: async () => {
      const wanted = { name: name.trim(), description: description.trim() };
      if (old) return patchEnvironment(project, old.key, wanted, form.version);
      const key = keyOf(form.value);
      const made = await createEnvironment(project, { key, name: wanted.name || key });
      if (wanted.description === '') return made;
      return patchEnvironment(project, key, { description: wanted.description }, made.version);
    },
    onSuccess: ({ environment }) => {
      form.discard();
      sayDone(old ? t.saved : t.made(environment.name));
      onClose();
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['environments', project] });
      void client.invalidateQueries({ queryKey: ['projects'] });
      void client.invalidateQueries({ queryKey: ['flags', project] });
    },
    meta: { quiet: true },
  });
  const problem = save.error instanceof Problem ? save.error : undefined;
  return (
    <Panel
      title={old ? t.editTitle(old.name) : t.create}
      submit={old ? frame.save : frame.create}
      pending={save.isPending}
      error={problem?.code === 'exists' ? null : save.error}
      fields={['name', 'key', 'description']}
      disabled={form.moved !== null || (old ? !form.dirty : !isNamed(form.value))}
      form={form}
      footer={form.moved && <Moved form={form} lines={difference(form.base, form.moved)} />}
      onSubmit={save.mutate}
      onClose={onClose}
    >
      {old ? (
        <TextInput
          data-autofocus
          label={frame.name}
          value={name}
          error={problem?.about('name')}
          onChange={(event) => form.set({ name: event.currentTarget.value })}
        />
      ) : (
        <>
          <Text className="muted">{t.createText}</Text>
          <NameAndKey value={form.value} error={save.error} onChange={form.set} />
        </>
      )}
      <Textarea
        label={frame.description}
        description={t.descriptionHint}
        autosize
        minRows={2}
        value={description}
        error={problem?.about('description')}
        onChange={(event) => form.set({ description: event.currentTarget.value })}
      />
    </Panel>
  );
}
