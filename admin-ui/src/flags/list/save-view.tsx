import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { text } from '../../text/catalogue.ts';

const t = text.flags.list.views;

interface Props {
  readonly taken: readonly string[];
  onSave(name: string): void;
  onClose(): void;
}

/** Asks what to call a view. */
export function SaveView({ taken, onSave, onClose }: Props) {
  const [name, setName] = useState('');
  const called = name.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave(called);
    onClose();
  };
  const isTaken = taken.includes(called);
  return (
    <Modal opened onClose={onClose} title={<strong>{t.saveTitle}</strong>} size="sm">
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            data-autofocus
            label={t.name}
            description={t.nameHint}
            maxLength={60}
            value={name}
            error={isTaken ? t.taken : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {text.app.cancel}
            </Button>
            <Button type="submit" disabled={called === '' || isTaken}>
              {t.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
