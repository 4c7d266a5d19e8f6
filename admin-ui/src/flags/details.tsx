import type { Flag, FlagKind } from '@burgee/server/api';
import { Button, Drawer, Group, Select, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { patchFlag } from '../api/changes.ts';
import { explain, sayDone } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';
import { isMoved } from './save.ts';

/** What a flag is: name, description, kind, tags. */
export function DetailsDrawer({ flag, version, onClose }: { flag: Flag; version: number; onClose: () => void }) {
  const [details, setDetails] = useState({
    name: flag.name,
    description: flag.description,
    kind: flag.kind,
    tags: [...flag.tags],
  });
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () => patchFlag(flag.project, flag.key, details, version),
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
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const set = (part: Partial<typeof details>) => setDetails((before) => ({ ...before, ...part }));
  return (
    <Drawer opened onClose={onClose} position="right" size={440} title={<strong>{text.flags.edit.title}</strong>}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            data-autofocus
            label={text.flags.form.name}
            value={details.name}
            onChange={(e) => set({ name: e.currentTarget.value })}
          />
          <Textarea
            label={text.flags.form.description}
            autosize
            minRows={3}
            value={details.description}
            onChange={(e) => set({ description: e.currentTarget.value })}
          />
          <Select
            label={text.flags.form.kind}
            allowDeselect={false}
            data={Object.entries(text.flags.kinds).map(([value, label]) => ({ value, label }))}
            value={details.kind}
            onChange={(kind) => kind && set({ kind: kind as FlagKind })}
          />
          <TagsInput
            label={text.flags.form.tags}
            value={details.tags}
            onChange={(tags) => set({ tags })}
            splitChars={[',', ' ']}
          />
          {change.error && (
            <Text c="var(--bad)" role="alert">
              {isMoved(change.error) ? text.flags.moved.title : explain(change.error)}
            </Text>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {text.app.cancel}
            </Button>
            <Button type="submit" loading={change.isPending}>
              {isMoved(change.error) ? text.flags.moved.keep : text.flags.edit.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}
