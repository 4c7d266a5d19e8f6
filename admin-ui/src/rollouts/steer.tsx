import type { RolloutView } from '@burgee/server/api';
import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { IconArrowBackUp, IconPlayerPause, IconPlayerPlay, IconPlayerTrackNext, type TablerIcon } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ACTION_NEEDS, type RolloutAction, steer } from '../api/changes.ts';
import * as queries from '../api/queries.ts';
import { useMay } from '../app/permissions.ts';
import { explain, sayDone } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';

const t = text.rollouts;

const POSSIBLE: Readonly<Record<RolloutView['state'], readonly RolloutAction[]>> = {
  pending: ['pause', 'revert'],
  running: ['pause', 'advance', 'revert'],
  holding: ['pause', 'advance', 'revert'],
  paused: ['resume', 'advance', 'revert'],
  completed: ['revert'],
  reverted: [],
  aborted: [],
};
const ICONS: Readonly<Record<RolloutAction, TablerIcon>> = {
  pause: IconPlayerPause,
  resume: IconPlayerPlay,
  advance: IconPlayerTrackNext,
  revert: IconArrowBackUp,
};

/** The handles of a rollout, as far as its state and the person's role allow. */
export function Steering({ rollout }: { rollout: RolloutView }) {
  const may = useMay();
  const [action, setAction] = useState<RolloutAction | null>(null);
  const actions = POSSIBLE[rollout.state].filter((name) => may(ACTION_NEEDS[name]));
  return (
    <Group gap="xs">
      {actions.map((name) => {
        const Icon = ICONS[name];
        return (
          <Button
            key={name}
            variant={name === 'revert' ? 'filled' : 'default'}
            color={name === 'revert' ? 'red' : 'tide'}
            leftSection={<Icon size={16} />}
            onClick={() => setAction(name)}
          >
            {t.actions[name]}
          </Button>
        );
      })}
      {action && <SteerDialog rollout={rollout} action={action} onClose={() => setAction(null)} />}
    </Group>
  );
}

function SteerDialog({ rollout, action, onClose }: { rollout: RolloutView; action: RolloutAction; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () => steer(rollout, action, reason.trim()),
    onSuccess: (answer) => {
      client.setQueryData(queries.rollout(rollout.project, rollout.environment, rollout.id).queryKey, answer.rollout);
      void client.invalidateQueries({ queryKey: ['rollouts', rollout.project] });
      sayDone(t.done[action]);
      onClose();
    },
    meta: { quiet: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={<strong>{t.confirm[action].title}</strong>}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text>
            <strong>
              {rollout.flag} · {rollout.release} · {rollout.environment}
            </strong>
          </Text>
          <Text>{t.confirm[action].text}</Text>
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
            <Button
              type="submit"
              color={action === 'revert' ? 'red' : 'tide'}
              loading={change.isPending}
              disabled={reason.trim() === ''}
            >
              {t.actions[action]}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
