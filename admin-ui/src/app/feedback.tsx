import { Alert, Button, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { text } from '../text/catalogue.ts';
import { explain } from './toast.ts';

/** What failed to load, why, and the way to try again. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <Alert
      role="alert"
      variant="default"
      icon={<IconAlertTriangle color="var(--bad)" />}
      title={text.app.failed.title}
      my="md"
      maw={640}
    >
      <Text size="md" mb={retry ? 'sm' : 0}>
        {explain(error)}
      </Text>
      {retry && (
        <Button variant="default" size="xs" onClick={retry}>
          {text.app.retry}
        </Button>
      )}
    </Alert>
  );
}

/** A list with nothing in it: why, and what to do. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py={64} px="md" ta="center">
      <svg width="56" height="56" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M4.5 2v20" stroke="var(--line-strong)" strokeWidth="1.4" strokeLinecap="round" />
        <path
          d="M5.2 3.5 21 6.4l-5.4 3.4 5.4 3.4L5.2 16z"
          fill="var(--accent-soft)"
          stroke="var(--accent-line)"
          strokeWidth=".8"
        />
      </svg>
      <Title order={2}>{title}</Title>
      <Text className="muted" maw={440}>
        {children}
      </Text>
      {action}
    </Stack>
  );
}

/** Rows that are on their way. */
export function RowsLoading({ rows = 12, height = 28 }: { rows?: number; height?: number }) {
  return (
    <Stack gap={12} p="md" role="status" aria-label={text.app.loading}>
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <Skeleton key={row} height={height} radius="sm" />
      ))}
    </Stack>
  );
}
