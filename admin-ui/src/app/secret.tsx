import { Alert, Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { frame as t } from '../text/frame.ts';

/** Copies a text, and says so. */
export function Copy({ value, label = t.copy }: { value: string; label?: string }) {
  return (
    <CopyButton value={value} timeout={2500}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          leftSection={copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
          onClick={copy}
          aria-live="polite"
        >
          {copied ? t.copied : label}
        </Button>
      )}
    </CopyButton>
  );
}

interface Props {
  readonly title: string;
  readonly secret: string;
  /** What to do with it. */
  readonly children?: ReactNode;
  readonly footer?: ReactNode;
  onClose(): void;
}

/** A secret that the server tells this once: neither Escape nor a click beside it closes it. */
export function SecretDialog({ title, secret, children, footer, onClose }: Props) {
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnEscape={false}
      closeOnClickOutside={false}
      withCloseButton={false}
      size="lg"
      title={<strong>{title}</strong>}
    >
      <Stack gap="md">
        <Alert variant="default" bg="var(--warn-soft)" bd="1px solid var(--warn)">
          <Text>{t.secret.once}</Text>
        </Alert>
        <Group gap="xs" wrap="nowrap" align="start">
          <Code block flex={1} miw={0} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {secret}
          </Code>
          <Copy value={secret} />
        </Group>
        {children}
        <Group justify="flex-end" gap="xs">
          {footer}
          <Button data-autofocus onClick={onClose}>
            {t.secret.done}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
