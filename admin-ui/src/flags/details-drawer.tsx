import type { Flag, FlagKind } from '@burgee/server/api';
import {
  Button,
  Drawer,
  Group,
  NativeSelect,
  NumberInput,
  Select,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { patchFlag } from '../api/changes.ts';
import { Problem } from '../api/problem.ts';
import * as queries from '../api/queries.ts';
import { explain, sayDone } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import { type Details, detailsOf, patchOf, rebased } from './details.ts';
import { LinksField } from './links-field.tsx';
import { isMoved } from './save.ts';

const t = page.details;
const form = text.flags.form;
const ACCESS = ['none', 'values', 'rules'] as const;

/** What is typed follows what others change meanwhile in the fields that nobody touched here. */
function useDetails(flag: Flag, version: number) {
  const now = detailsOf(flag);
  const [{ typed, base, seen, moved }, setState] = useState({ typed: now, base: now, seen: version, moved: false });
  if (seen !== version) setState({ typed: rebased(typed, base, now), base: now, seen: version, moved: true });
  const set = (part: Partial<Details>) => setState((before) => ({ ...before, typed: { ...before.typed, ...part } }));
  return { typed, moved, set };
}

/** What a flag is: names, words, who answers for it, who may see it. */
export function DetailsDrawer({ flag, version, onClose }: { flag: Flag; version: number; onClose: () => void }) {
  const { typed, moved, set } = useDetails(flag, version);
  const owners = useQuery(queries.owners(flag.project)).data ?? [];
  const client = useQueryClient();
  const patch = patchOf(flag, typed);
  const change = useMutation({
    mutationFn: () => patchFlag(flag.project, flag.key, patch ?? {}, version),
    onSuccess: () => {
      sayDone(text.flags.edit.done);
      onClose();
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['flag', flag.project, flag.key] });
      void client.invalidateQueries({ queryKey: ['flags', flag.project] });
    },
    meta: { quiet: true },
  });
  const problem = change.error instanceof Problem ? change.error : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const shown = problem && !isMoved(problem) && !FIELDS.some((name) => problem.about(name));
  return (
    <Drawer opened onClose={onClose} position="right" size={480} title={<strong>{text.flags.edit.title}</strong>}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            data-autofocus
            label={form.name}
            maxLength={200}
            value={typed.name}
            error={problem?.about('name')}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <Textarea
            label={form.description}
            description={form.descriptionHint}
            autosize
            minRows={3}
            maxRows={14}
            maxLength={10_000}
            value={typed.description}
            error={problem?.about('description')}
            onChange={(event) => set({ description: event.currentTarget.value })}
          />
          <Select
            label={form.kind}
            allowDeselect={false}
            data={Object.entries(text.flags.kinds).map(([value, label]) => ({ value, label }))}
            value={typed.kind}
            onChange={(kind) => kind && set({ kind: kind as FlagKind })}
          />
          <NativeSelect
            label={form.owner}
            data={[
              { value: '', label: form.nobody },
              ...owners
                .filter((one) => !one.disabled || one.id === typed.owner)
                .map(({ id, name }) => ({ value: id, label: name })),
            ]}
            value={typed.owner ?? ''}
            error={problem?.about('owner')}
            onChange={(event) => set({ owner: event.currentTarget.value || null })}
          />
          <TagsInput
            label={form.tags}
            value={[...typed.tags]}
            error={problem?.about('tags')}
            onChange={(tags) => set({ tags })}
            splitChars={[',', ' ']}
            acceptValueOnBlur
          />
          <LinksField value={typed.links} about={(field) => problem?.about(field)} onChange={(links) => set({ links })} />
          <NativeSelect
            label={t.browserAccess}
            description={page.browserAccess[typed.browserAccess].means}
            data={ACCESS.map((value) => ({ value, label: page.browserAccess[value].name }))}
            value={typed.browserAccess}
            onChange={(event) => set({ browserAccess: event.currentTarget.value as Details['browserAccess'] })}
          />
          <NumberInput
            label={t.lifetime}
            description={t.lifetimeHint}
            min={1}
            max={3650}
            allowDecimal={false}
            value={typed.lifetime}
            error={problem?.about('lifetimeDays')}
            onChange={(days) => set({ lifetime: String(days) })}
          />
          {typed.lines !== null && (
            <Textarea
              label={form.variants}
              description={form.variantsHint}
              autosize
              minRows={3}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
              value={typed.lines}
              error={patch === null ? form.variantsWrong : problem?.about('variants')}
              onChange={(event) => set({ lines: event.currentTarget.value })}
            />
          )}
          {(moved || isMoved(problem)) && (
            <Text c="var(--warn)" role="alert">
              {t.movedOn}
            </Text>
          )}
          {shown && (
            <Text c="var(--bad)" role="alert">
              {explain(problem)}
            </Text>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {text.app.cancel}
            </Button>
            <Button type="submit" loading={change.isPending} disabled={patch === null || Object.keys(patch).length === 0}>
              {text.flags.edit.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}

const FIELDS = ['name', 'description', 'owner', 'tags', 'lifetimeDays', 'variants'];
