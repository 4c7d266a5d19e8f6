import { Alert, Button, Group, List, Text } from '@mantine/core';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import { difference } from './difference.ts';
import type { DraftHandle } from './draft.ts';
import css from './save-bar.module.css';

const t = text.flags.moved;

/** Somebody else was faster: what they changed, and whether both changes can stand. */
export function Moved({ draft }: { draft: DraftHandle }) {
  if (!draft.moved) return null;
  return (
    <Alert variant="default" className={css.moved ?? ''} title={t.title} role="alert">
      <Text>{t.text}</Text>
      <List my={6}>
        {difference(draft.base, draft.moved).map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
      <Text fz="sm" mb={8}>
        {draft.clashes ? page.merge.clash : page.merge.clean}
      </Text>
      <Group gap="xs">
        <Button size="xs" onClick={draft.rebase}>
          {draft.clashes ? t.keep : page.merge.both}
        </Button>
        <Button size="xs" variant="default" onClick={draft.discard}>
          {t.drop}
        </Button>
      </Group>
    </Alert>
  );
}
