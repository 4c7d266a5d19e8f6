import { Button, Group, List, Modal, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { app } from '../text/app.ts';
import { frame as t } from '../text/frame.ts';
import type { FormHandle } from './form.ts';
import { Moved, Refusal } from './panel.tsx';
import css from './save-strip.module.css';

interface Props {
  readonly title: string;
  readonly confirm: string;
  readonly form: FormHandle<object>;
  /** What changes, and what others changed meanwhile, a line each. */
  readonly lines: readonly string[];
  readonly movedLines: readonly string[];
  readonly pending: boolean;
  readonly error: unknown;
  readonly fields?: readonly string[];
  /** Said in the confirmation: whom it reaches. */
  readonly children?: ReactNode;
  /** Resolves whether it was saved. */
  save(): Promise<boolean>;
}

/** What is changed and not saved, and the one confirmation before it is. */
export function SaveStrip({ title, confirm, form, lines, movedLines, pending, error, fields, children, save }: Props) {
  const [reviewing, setReviewing] = useState(false);
  if (!form.dirty) return null;
  const moved = form.moved && <Moved form={form} lines={movedLines} />;
  return (
    <section className={css.strip} aria-label={t.changed(lines.length)}>
      <div className={css.said}>
        <strong>{t.changed(lines.length)}</strong>
        {form.recovered && <span className="muted">{t.recovered}</span>}
      </div>
      {!reviewing && moved}
      {!reviewing && <Refusal error={error} fields={fields} />}
      <Group gap="xs" ml="auto">
        <Button variant="default" onClick={form.discard}>
          {t.discard}
        </Button>
        <Button onClick={() => setReviewing(true)} disabled={form.moved !== null}>
          {t.review}
        </Button>
      </Group>
      <Modal opened={reviewing} onClose={() => setReviewing(false)} title={<strong>{title}</strong>} size="lg">
        <Stack gap="md">
          <List spacing={4}>
            {lines.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
          {children}
          {moved}
          <Refusal error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setReviewing(false)}>
              {app.cancel}
            </Button>
            <Button
              data-autofocus
              loading={pending}
              disabled={form.moved !== null}
              onClick={() => void save().then((saved) => saved && setReviewing(false))}
            >
              {confirm}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </section>
  );
}
