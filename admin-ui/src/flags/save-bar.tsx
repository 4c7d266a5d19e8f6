import type { Flag } from '@burgee/server/api';
import { Alert, Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { StateRow } from '../api/resources.ts';
import { explain, sayDone } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';
import { ChangeLine } from './change-line.tsx';
import { difference, headline } from './difference.ts';
import type { DraftHandle } from './draft.ts';
import { isMoved, useSave } from './save.ts';
import css from './save-bar.module.css';

const t = text.flags.changes;

/** What is changed and not saved, and the one confirmation before it is. */
export function SaveBar({ flag, row, draft }: { flag: Flag; row: StateRow; draft: DraftHandle }) {
  const [reviewing, setReviewing] = useState(false);
  const save = useSave(row.state);
  const { environment } = row.state;
  const lines = difference(draft.base, draft.targeting);
  const confirm = () =>
    save.mutate(
      { targeting: draft.targeting, version: draft.version },
      {
        onSuccess: () => {
          setReviewing(false);
          draft.discard();
          sayDone(`${flag.name || flag.key} · ${t.done(environment)}`);
        },
      },
    );
  return (
    <section className={css.bar} aria-label={t.bar(lines.length)}>
      <div className={css.said}>
        <strong>{t.bar(lines.length)}</strong>
        {draft.recovered && <span className="muted">{t.restored}</span>}
      </div>
      {draft.moved && <Moved draft={draft} />}
      <Group gap="xs" ml="auto">
        <Button variant="default" onClick={draft.discard}>
          {t.discard}
        </Button>
        <Button onClick={() => setReviewing(true)} disabled={draft.moved !== null}>
          {t.review}
        </Button>
      </Group>
      <Modal opened={reviewing} onClose={() => setReviewing(false)} title={<strong>{t.title(environment)}</strong>} size="lg">
        <Stack gap="md">
          <ChangeLine>{headline(environment, draft.base, draft.targeting)}</ChangeLine>
          <List spacing={4}>
            {lines.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
          {row.rollout && <Text c="var(--warn)">{text.flags.turn.ramped}</Text>}
          {draft.moved && <Moved draft={draft} />}
          {save.error && !isMoved(save.error) && (
            <Text c="var(--bad)" role="alert">
              {explain(save.error)}
            </Text>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setReviewing(false)}>
              {text.app.cancel}
            </Button>
            <Button data-autofocus loading={save.isPending} disabled={draft.moved !== null} onClick={confirm}>
              {t.confirm(environment)}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </section>
  );
}

function Moved({ draft }: { draft: DraftHandle }) {
  if (!draft.moved) return null;
  const lines = difference(draft.base, draft.moved);
  return (
    <Alert variant="default" className={css.moved ?? ''} title={text.flags.moved.title} role="alert">
      <Text>{text.flags.moved.text}</Text>
      <List my={6}>
        {lines.map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
      <Group gap="xs">
        <Button size="xs" onClick={draft.rebase}>
          {text.flags.moved.keep}
        </Button>
        <Button size="xs" variant="default" onClick={draft.discard}>
          {text.flags.moved.drop}
        </Button>
      </Group>
    </Alert>
  );
}
