import type { Flag } from '@burgee/server/api';
import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { Problem } from '../api/problem.ts';
import type { StateRow } from '../api/resources.ts';
import { explain, sayDone } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';
import { ChangeLine } from './change-line.tsx';
import { confirmation } from './difference.ts';
import type { DraftHandle } from './draft.ts';
import { Moved } from './moved.tsx';
import { Movers } from './movers-list.tsx';
import { NotUnderstood } from './not-understood-list.tsx';
import { isMoved, useSave } from './save.ts';

const t = text.flags.changes;

interface Props {
  readonly flag: Flag;
  readonly row: StateRow;
  readonly draft: DraftHandle;
  onClose(): void;
}

/** The one confirmation: the change in a sentence, line by line, and whom it moves. */
export function SaveDialog({ flag, row, draft, onClose }: Props) {
  const save = useSave(row.state);
  const { environment } = row.state;
  const { head, lines } = confirmation(environment, draft.base, draft.targeting);
  const confirm = () =>
    save.mutate(
      { targeting: draft.targeting, version: draft.version },
      {
        onSuccess: () => {
          onClose();
          draft.discard();
          sayDone(`${flag.name || flag.key} · ${t.done(environment)}`);
        },
      },
    );
  return (
    <Modal opened onClose={onClose} title={<strong>{t.title(environment)}</strong>} size="lg">
      <Stack gap="md">
        <ChangeLine>{head}</ChangeLine>
        {lines.length > 0 && (
          <List spacing={4}>
            {lines.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
        )}
        <Movers at={row.state} before={draft.base} after={draft.targeting} />
        <NotUnderstood at={row.state} access={flag.browserAccess} before={draft.base} after={draft.targeting} />
        {row.rollout && <Text c="var(--warn)">{text.flags.turn.ramped}</Text>}
        {draft.moved && <Moved draft={draft} />}
        {save.error && !isMoved(save.error) && <Refused error={save.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {text.app.cancel}
          </Button>
          <Button data-autofocus loading={save.isPending} disabled={draft.moved !== null} onClick={confirm}>
            {t.confirm(environment)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** What was refused, field by field where the server names them, and that nothing is lost. */
function Refused({ error }: { error: unknown }) {
  const fields = error instanceof Problem ? error.fields : [];
  return (
    <div role="alert">
      {fields.length === 0 && <Text c="var(--bad)">{explain(error)}</Text>}
      {fields.map(({ field, message }) => (
        <Text key={`${field} ${message}`} c="var(--bad)">
          {field}: {message}
        </Text>
      ))}
      <Text fz="sm" className="muted">
        {t.kept}
      </Text>
    </div>
  );
}
