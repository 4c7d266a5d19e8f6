import type { Condition } from '@burgee/engine';
import { Input, List, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import { createSegment } from '../api/segments.ts';
import { useForm } from '../app/form.ts';
import { isNamed, keyOf, NameAndKey } from '../app/key-fields.tsx';
import { Panel } from '../app/panel.tsx';
import { sayDone } from '../app/toast.ts';
import { ConditionEditor } from '../flags/condition-editor.tsx';
import { frame } from '../text/frame.ts';
import { segments as t } from '../text/segments.ts';
import { useAttributes } from './attributes.ts';
import { groupOf } from './condition.ts';

interface Draft {
  readonly name: string;
  readonly key: string | null;
  readonly description: string;
  readonly when: Condition;
}
const BLANK: Draft = { name: '', key: null, description: '', when: { all: [{ attribute: '', operator: 'in', values: [] }] } };

/** The panel that makes a segment. */
export function CreateSegment({ project, onClose }: { project: string; onClose: () => void }) {
  const form = useForm<Draft>(`${project}/segment`, { value: BLANK, version: 0 });
  const { name, description, when } = form.value;
  const attributes = useAttributes(project);
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: () => {
      const key = keyOf(form.value);
      return createSegment(project, { key, name: name.trim() || key, description: description.trim(), when });
    },
    onSuccess: async ({ segment }) => {
      form.discard();
      void client.invalidateQueries({ queryKey: ['segments', project] });
      sayDone(t.made(segment.name));
      await navigate({ to: '/projects/$project/segments/$segment', params: { project, segment: segment.key } });
    },
    meta: { quiet: true },
  });
  return (
    <Panel
      title={t.createTitle}
      size={620}
      submit={frame.create}
      pending={create.isPending}
      error={create.error instanceof Problem && create.error.code === 'exists' ? null : create.error}
      fields={['name', 'key', 'description', 'when']}
      disabled={!isNamed(form.value)}
      form={form}
      onSubmit={create.mutate}
      onClose={onClose}
    >
      <NameAndKey value={form.value} error={create.error} onChange={form.set} />
      <Input.Wrapper label={t.who} labelElement="div">
        <ConditionEditor value={groupOf(when)} attributes={attributes} onChange={(next) => form.set({ when: next })} />
        <ConditionMistakes error={create.error} />
      </Input.Wrapper>
      <Textarea
        label={frame.description}
        autosize
        minRows={2}
        value={description}
        error={create.error instanceof Problem ? create.error.about('description') : undefined}
        onChange={(event) => form.set({ description: event.currentTarget.value })}
      />
    </Panel>
  );
}

/** What the server says of conditions, below them. */
export function ConditionMistakes({ error }: { error: unknown }) {
  const mistakes = error instanceof Problem ? error.fields.filter(({ field }) => field.startsWith('when')) : [];
  if (mistakes.length === 0) return null;
  return (
    <List size="sm" c="var(--bad)" mt={6}>
      {mistakes.map(({ field, message }) => (
        <List.Item key={field}>
          {placeWords(field)}: {message}
        </List.Item>
      ))}
    </List>
  );
}

/** `when.all[0].any[1].values` as people count: `Condition 1.2, values`. */
function placeWords(field: string): string {
  const places = [...field.matchAll(/\[(\d+)\]/g)].map(([, n]) => Number(n) + 1);
  const part = /\.(attribute|operator|values)\b/.exec(field)?.[1];
  const where = places.length === 0 ? t.who : t.place(places.join('.'));
  return part === undefined ? where : `${where}, ${t.parts[part as keyof typeof t.parts]}`;
}
