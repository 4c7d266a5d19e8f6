import type { MetricSource } from '@burgee/server/api';
import { Button, Input, SegmentedControl, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem } from '../api/problem.ts';
import type { PlanRow } from '../api/resources.ts';
import { createSource, deleteSource, putSource, type SourceRow, type SourceSettings } from '../api/sources.ts';
import { Confirm } from '../app/confirm.tsx';
import { DurationField } from '../app/duration-field.tsx';
import { useForm } from '../app/form.ts';
import { isNamed, keyOf, NameAndKey } from '../app/key-fields.tsx';
import { Moved, Panel } from '../app/panel.tsx';
import { useMay } from '../app/permissions.ts';
import { sayDone } from '../app/toast.ts';
import { frame } from '../text/frame.ts';
import { sources as t } from '../text/sources.ts';
import { sourceDifference } from './difference.ts';
import { HeadersField } from './headers-field.tsx';
import { readersOf } from './list.tsx';
import { Trials } from './trials.tsx';

interface Draft extends SourceSettings {
  /** Of a new one; null: made from the name. */
  readonly key: string | null;
}
const BLANK: Draft = { key: null, name: '', type: 'prometheus', url: '', headers: [], timeoutMs: 5000 };

interface Props {
  readonly project: string;
  /** Absent: a new one. */
  readonly row?: SourceRow;
  readonly plans: readonly PlanRow[];
  onMade?(key: string): void;
  onClose(): void;
}

function draftOf({ key, name, type, url, headers, timeoutMs }: SourceRow): Draft {
  return { key, name, type, url, headers, timeoutMs };
}

/** One metric source: where it is, how it is asked, and what it answers now. */
export function SourcePanel({ project, row, plans, onMade, onClose }: Props) {
  const form = useForm<Draft>(`${project}/source/${row?.key ?? ''}`, {
    value: row ? draftOf(row) : BLANK,
    version: row?.version ?? 0,
  });
  const { key: _, ...settings } = form.value;
  const { type, url, headers, timeoutMs, name } = settings;
  const [deleting, setDeleting] = useState(false);
  const may = useMay()('source:write');
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => {
      const wanted = { ...settings, name: name.trim() || keyOf(form.value), url: url.trim() };
      if (row) return putSource(project, row.key, wanted, form.version);
      return createSource(project, { ...wanted, key: keyOf(form.value) });
    },
    onSuccess: async (made) => {
      form.discard();
      sayDone(row ? t.saved : t.made(made.name));
      await client.invalidateQueries({ queryKey: ['sources', project] });
      if (!row) onMade?.(made.key);
    },
    onError: () => client.invalidateQueries({ queryKey: ['sources', project] }),
    meta: { quiet: true },
  });
  const problem = save.error instanceof Problem ? save.error : undefined;
  const about = (field: string) =>
    problem?.about(field) ?? (field === 'url' && problem?.code === 'source_refused' ? problem.message : undefined);
  if (row && deleting) {
    const readers = readersOf(row.key, plans);
    return (
      <Confirm
        danger
        title={t.delete.title(row.name)}
        confirm={t.delete.action}
        disabled={readers.length > 0}
        done={t.delete.done(row.name)}
        run={() => deleteSource(project, row.key)}
        onDone={() => {
          onClose();
          void client.invalidateQueries({ queryKey: ['sources', project] });
        }}
        onClose={() => setDeleting(false)}
      >
        {readers.length > 0 ? `${t.delete.used} ${readers.map((plan) => plan.name || plan.key).join(', ')}` : t.delete.text}
      </Confirm>
    );
  }
  return (
    <Panel
      title={row ? t.editTitle(row.name) : t.form.title}
      size={560}
      submit={row ? frame.save : frame.create}
      pending={save.isPending}
      error={problem?.code === 'exists' || problem?.code === 'source_refused' ? null : save.error}
      fields={['name', 'key', 'url', 'headers', 'timeoutMs', 'type']}
      disabled={!may || form.moved !== null || (row ? !form.dirty : !isNamed(form.value) || url.trim() === '')}
      form={form}
      footer={form.moved && <Moved form={form} lines={sourceDifference(form.base, form.moved)} />}
      onSubmit={save.mutate}
      onClose={onClose}
    >
      {row ? (
        <TextInput
          data-autofocus
          label={frame.name}
          value={name}
          error={about('name')}
          onChange={(event) => form.set({ name: event.currentTarget.value })}
        />
      ) : (
        <NameAndKey value={form.value} error={save.error} onChange={form.set} />
      )}
      <Input.Wrapper label={t.form.type} labelElement="div" error={about('type')}>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t.form.type}
          data={Object.entries(t.types).map(([value, label]) => ({ value, label }))}
          value={type}
          onChange={(next) => form.set({ type: next as MetricSource['type'] })}
        />
      </Input.Wrapper>
      <TextInput
        label={t.form.url}
        description={t.form.urlHints[type]}
        type="url"
        placeholder={type === 'prometheus' ? 'https://prometheus.example' : 'https://stats.example/{flag}?from={from}&to={to}'}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={url}
        error={about('url')}
        onChange={(event) => form.set({ url: event.currentTarget.value })}
      />
      <HeadersField value={headers} error={save.error} onChange={(next) => form.set({ headers: next })} />
      <DurationField
        label={t.form.timeout}
        value={timeoutMs}
        error={about('timeoutMs')}
        onChange={(next) => form.set({ timeoutMs: next })}
      />
      {row && <Trials project={project} source={row} disabled={!may} unsaved={form.dirty} />}
      {row && may && (
        <Button
          variant="subtle"
          color="red"
          size="xs"
          w="fit-content"
          leftSection={<IconTrash size={15} />}
          onClick={() => setDeleting(true)}
        >
          {t.delete.action}
        </Button>
      )}
    </Panel>
  );
}
