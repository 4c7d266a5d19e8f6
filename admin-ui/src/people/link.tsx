import { Text } from '@mantine/core';
import { SecretDialog } from '../app/secret.tsx';
import { shortTime } from '../text/format.ts';
import { people } from '../text/people.ts';

const t = people.link;

interface Props {
  readonly name: string;
  readonly link: string;
  /** ms */
  readonly expiresAt: number;
  onClose(): void;
}

/** A link with which somebody chooses a password, to hand over. */
export function LinkDialog({ name, link, expiresAt, onClose }: Props) {
  return (
    <SecretDialog title={t.title(name)} secret={link} onClose={onClose}>
      <Text>{t.text(shortTime(expiresAt))}</Text>
    </SecretDialog>
  );
}
