import type { FlagState } from '@burgee/server/api';
import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { kill, restore, targetingOf } from '../api/changes.ts';
import { explain, sayDone } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';
import { ChangeLine } from './change-line.tsx';
import { useShow } from './save.ts';
import { reachWords } from './words.ts';

/** Kills a flag in one environment, or lifts the kill. Asks why, and says where. */
export function KillDialog({ state, name, onClose }: { state: FlagState; name: string; onClose: () => void }) {
  const lifting = state.killed !== null;
  const t = lifting ? text.flags.restore : text.flags.kill;
  const { environment } = state;
  const [reason, setReason] = useState('');
  const show = useShow(state.project);
  const change = useMutation({
    mutationFn: () => (lifting ? restore(state, reason.trim()) : kill(state, reason.trim())),
    onSuccess: (fresh) => {
      show(fresh);
      sayDone(t.done(name, environment));
      onClose();
    },
    meta: { quiet: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={<strong>{t.title(environment)}</strong>}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text>
            {lifting ? text.flags.restore.text(name, environment) : text.flags.kill.text(name, state.offVariant, environment)}
          </Text>
          {lifting && <ChangeLine>{state.enabled ? reachWords(targetingOf(state)) : text.flags.off}</ChangeLine>}
          <Textarea
            data-autofocus
            label={text.app.reason}
            description={text.app.reasonHint}
            required
            withAsterisk={false}
            autosize
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {change.error && (
            <Text c="var(--bad)" role="alert">
              {explain(change.error)}
            </Text>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {text.app.cancel}
            </Button>
            <Button type="submit" color={lifting ? 'tide' : 'red'} loading={change.isPending} disabled={reason.trim() === ''}>
              {t.confirm(environment)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
