import { Alert, Button, Drawer, Group, List, Stack, Text } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { Problem } from '../api/problem.ts';
import { app } from '../text/app.ts';
import { frame as t } from '../text/frame.ts';
import type { FormHandle } from './form.ts';
import { explain } from './toast.ts';

interface Props {
  readonly title: string;
  readonly submit: string;
  readonly pending: boolean;
  readonly error: unknown;
  /** Fields that show their own mistakes; those of others are listed. `stages` covers `stages[0].percent` too. */
  readonly fields?: readonly string[];
  readonly disabled?: boolean;
  /** What was typed before, and its way out. */
  readonly form?: Pick<FormHandle<object>, 'recovered' | 'dirty' | 'discard'>;
  /** Shown over the buttons: what moved, what else can be done. */
  readonly footer?: ReactNode;
  readonly size?: number;
  readonly children: ReactNode;
  onSubmit(): void;
  onClose(): void;
}

/** The side panel with a form in it; the list stays in view beside it. */
export function Panel({ title, size = 460, children, onClose, ...form }: Props) {
  return (
    <Drawer opened onClose={onClose} position="right" size={size} title={<strong>{title}</strong>}>
      <PanelForm {...form} onClose={onClose}>
        {children}
      </PanelForm>
    </Drawer>
  );
}

function PanelForm({
  submit,
  pending,
  error,
  fields,
  disabled = false,
  form,
  footer,
  children,
  onSubmit,
  onClose,
}: Omit<Props, 'title' | 'size'>) {
  const send = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    onSubmit();
  };
  return (
    <form onSubmit={send} noValidate>
      <Stack gap="md">
        {form?.recovered && <Text className="muted">{t.recovered}</Text>}
        {children}
        <Refusal error={error} fields={fields} />
        {footer}
        <Group justify="flex-end" gap="xs">
          {form?.dirty && (
            <Button variant="subtle" color="gray" mr="auto" onClick={form.discard}>
              {t.discard}
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            {app.cancel}
          </Button>
          <Button type="submit" loading={pending} disabled={disabled}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const covers = (fields: readonly string[], field: string): boolean =>
  fields.some((known) => field === known || field.startsWith(`${known}.`) || field.startsWith(`${known}[`));

/** Why something was refused, apart from what stands at a field already. */
export function Refusal({ error, fields = [] }: { error: unknown; fields?: readonly string[] | undefined }) {
  if (!error || (error instanceof Problem && error.status === 412)) return null;
  const mistakes = error instanceof Problem ? error.fields : [];
  if (mistakes.length === 0) {
    return (
      <Text c="var(--bad)" role="alert">
        {explain(error)}
      </Text>
    );
  }
  const others = mistakes.filter(({ field }) => !covers(fields, field));
  return (
    <div role="alert">
      <Text c="var(--bad)">{others.length > 0 ? t.wrongFields : t.wrongMarked}</Text>
      <List size="sm">
        {others.map(({ field, message }) => (
          <List.Item key={`${field} ${message}`}>
            <span className="key">{field}</span> {message}
          </List.Item>
        ))}
      </List>
    </div>
  );
}

interface MovedProps {
  readonly form: Pick<FormHandle<object>, 'rebase' | 'discard'>;
  /** What others changed, a line each. */
  readonly lines: readonly string[];
}

/** Somebody else was faster: what they changed, and whose version is to stay. */
export function Moved({ form, lines }: MovedProps) {
  return (
    <Alert variant="default" role="alert" title={t.moved.title} bg="var(--warn-soft)" bd="1px solid var(--warn)">
      <Text>{t.moved.text}</Text>
      <List my={6}>
        {lines.map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
      <Group gap="xs">
        <Button size="xs" onClick={form.rebase}>
          {t.moved.keep}
        </Button>
        <Button size="xs" variant="default" onClick={form.discard}>
          {t.moved.take}
        </Button>
      </Group>
    </Alert>
  );
}
