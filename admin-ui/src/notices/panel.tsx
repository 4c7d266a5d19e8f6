import type { NoticeEvent, NoticeRouteView } from '@burgee/server/api';
import { Button, Checkbox, Group, Input, MultiSelect, SegmentedControl, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { IconKey, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createRoute, deleteRoute, putRoute, rotateSecret } from '../api/notices.ts';
import { Problem } from '../api/problem.ts';
import * as queries from '../api/queries.ts';
import { Confirm } from '../app/confirm.tsx';
import { useForm } from '../app/form.ts';
import { isNamed, keyOf, NameAndKey } from '../app/key-fields.tsx';
import { Moved, Panel } from '../app/panel.tsx';
import { useMay } from '../app/permissions.ts';
import { SecretDialog } from '../app/secret.tsx';
import { sayDone } from '../app/toast.ts';
import { frame } from '../text/frame.ts';
import { notices as t } from '../text/notices.ts';
import css from './notices.module.css';
import { BLANK, draftOf, inputOf, type RouteDraft, routeDifference } from './words.ts';

interface Props {
  readonly project: string;
  readonly mail: boolean;
  /** Absent: a new one. */
  readonly row?: NoticeRouteView;
  onClose(): void;
}

/** One route: how, where, and about what. */
export function RoutePanel({ project, mail, row, onClose }: Props) {
  // an address may be a secret: it is typed for this panel alone
  const form = useForm<RouteDraft>(null, { value: row ? draftOf(row) : BLANK, version: row?.version ?? 0 });
  const { name, kind, url, to, events, environments, disabled } = form.value;
  const [secret, setSecret] = useState<string | null>(null);
  const [asked, setAsked] = useState<'delete' | 'secret' | null>(null);
  const { data: projects = [] } = useQuery(queries.projects());
  const places = projects.find((one) => one.project.key === project)?.environments ?? [];
  const may = useMay()('notice:write');
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ['notice-routes', project] });
  const save = useMutation({
    mutationFn: () => {
      const body = inputOf({ ...form.value, name: name.trim() || keyOf(form.value) });
      return row ? putRoute(project, row.key, body, form.version) : createRoute(project, { ...body, key: keyOf(form.value) });
    },
    onSuccess: (made) => {
      form.discard();
      sayDone(row ? t.form.saved : t.form.made(made.route.name));
      if (made.secret === undefined) onClose();
      else setSecret(made.secret);
    },
    onSettled: refresh,
    meta: { quiet: true },
  });
  const problem = save.error instanceof Problem ? save.error : undefined;
  const about = (field: string) => problem?.fields.find((one) => one.field.startsWith(field))?.message;
  if (secret !== null) {
    return (
      <SecretDialog title={t.secret.title(row?.name ?? name)} secret={secret} onClose={onClose}>
        <Text>{t.secret.text}</Text>
      </SecretDialog>
    );
  }
  if (row && asked === 'delete') {
    return (
      <Confirm
        danger
        title={t.delete.title(row.name)}
        confirm={t.delete.action}
        done={t.delete.done(row.name)}
        run={() => deleteRoute(project, row.key).then(refresh)}
        onDone={onClose}
        onClose={() => setAsked(null)}
      >
        {t.delete.text}
      </Confirm>
    );
  }
  if (row && asked === 'secret') {
    return (
      <Confirm
        title={t.secret.rotateTitle(row.name)}
        confirm={t.secret.rotateConfirm}
        run={() => rotateSecret(project, row.key).then((made) => setSecret(made.secret))}
        onDone={() => void refresh()}
        onClose={() => setAsked(null)}
      >
        {t.secret.rotateText}
      </Confirm>
    );
  }
  const needsUrl = kind !== 'email' && url.trim() === '' && row?.target.kind !== kind;
  const incomplete = needsUrl || (kind === 'email' && to.length === 0) || (!row && !isNamed(form.value));
  return (
    <Panel
      title={row ? row.name : t.form.title}
      size={520}
      submit={row ? frame.save : frame.create}
      pending={save.isPending}
      error={problem?.code === 'exists' || problem?.code === 'source_refused' ? null : save.error}
      fields={['name', 'key', 'target', 'environments', 'events']}
      disabled={!may || form.moved !== null || incomplete || (row !== undefined && !form.dirty)}
      form={form}
      footer={form.moved && <Moved form={form} lines={routeDifference(form.base, form.moved)} />}
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
      <Input.Wrapper label={t.form.kind} labelElement="div" description={kind === 'email' && !mail ? t.form.noMail : undefined}>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t.form.kind}
          data={Object.entries(t.kinds).map(([value, label]) => ({ value, label, disabled: value === 'email' && !mail }))}
          value={kind}
          onChange={(next) => form.set({ kind: next as RouteDraft['kind'] })}
        />
      </Input.Wrapper>
      {kind === 'email' ? (
        <TagsInput
          label={t.form.to}
          description={t.form.toHint}
          acceptValueOnBlur
          splitChars={[',', ' ', ';']}
          value={[...to]}
          error={about('target')}
          onChange={(next) => form.set({ to: next })}
        />
      ) : (
        <TextInput
          label={t.form.url}
          type="url"
          autoComplete="off"
          description={t.form.urlHints[kind]}
          placeholder={row && row.target.kind === kind && 'host' in row.target ? t.form.urlKept(row.target.host) : 'https://'}
          value={url}
          error={about('target') ?? (problem?.code === 'source_refused' ? problem.message : undefined)}
          onChange={(event) => form.set({ url: event.currentTarget.value })}
        />
      )}
      <Events value={events} onChange={(next) => form.set({ events: next })} />
      <MultiSelect
        label={t.form.environments}
        description={t.form.environmentsHint}
        data={places.map((place) => ({ value: place.key, label: place.name }))}
        value={[...environments]}
        error={about('environments')}
        onChange={(next) => form.set({ environments: next })}
      />
      <Switch
        label={t.form.enabled}
        description={t.form.enabledHint}
        checked={!disabled}
        onChange={(event) => form.set({ disabled: !event.currentTarget.checked })}
      />
      {row && may && (
        <Group gap="xs">
          {row.target.kind === 'webhook' && (
            <Button size="xs" variant="subtle" leftSection={<IconKey size={15} />} onClick={() => setAsked('secret')}>
              {t.secret.rotate}
            </Button>
          )}
          <Button size="xs" variant="subtle" color="red" leftSection={<IconTrash size={15} />} onClick={() => setAsked('delete')}>
            {t.delete.action}
          </Button>
        </Group>
      )}
    </Panel>
  );
}

const ALL = Object.keys(t.form.eventsLabel) as NoticeEvent[];
/** What somebody who wants only some starts with: what needs a person. */
const URGENT: readonly NoticeEvent[] = [
  'rollout.paused',
  'rollout.reverted',
  'rollout.late',
  'rollout.unconfirmed',
  'flag.killed',
];

function Events({ value, onChange }: { value: readonly NoticeEvent[]; onChange: (events: readonly NoticeEvent[]) => void }) {
  const [some, setSome] = useState(value.length > 0);
  const toggle = (event: NoticeEvent) => onChange(ALL.filter((one) => (one === event) !== value.includes(one)));
  return (
    <fieldset className={css.events}>
      <legend>{t.form.events}</legend>
      <SegmentedControl
        size="xs"
        aria-label={t.form.events}
        data={[
          { value: 'all', label: t.form.allEvents },
          { value: 'some', label: t.form.someEvents },
        ]}
        value={some ? 'some' : 'all'}
        onChange={(next) => {
          setSome(next === 'some');
          onChange(next === 'some' ? URGENT : []);
        }}
      />
      {some &&
        ALL.map((event) => (
          <Checkbox
            key={event}
            size="xs"
            label={t.form.eventsLabel[event]}
            checked={value.includes(event)}
            onChange={() => toggle(event)}
          />
        ))}
    </fieldset>
  );
}
