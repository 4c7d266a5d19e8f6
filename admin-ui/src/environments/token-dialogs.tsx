import type { TokenView } from '@burgee/server/api';
import { Button, Code, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createToken, revokeToken } from '../api/environments.ts';
import { Confirm } from '../app/confirm.tsx';
import { useNow } from '../app/now.ts';
import { SecretDialog } from '../app/secret.tsx';
import { environments as t } from '../text/environments.ts';
import { ago } from '../text/format.ts';

interface Props {
  readonly token: TokenView;
  onClose(): void;
}

/** How a new key is told to a program. */
export function KeyUse({ kind, secret }: { kind: TokenView['kind']; secret: string }) {
  const page = `createClient({ url: '${location.origin}', key: '${secret}' })`;
  const sample = kind === 'client' ? page : `${kind === 'server' ? 'BURGEE_KEY' : 'BURGEE_TOKEN'}=${secret}`;
  return (
    <div>
      <Text mb={4}>{t.secret.use[kind]}</Text>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {sample}
      </Code>
    </div>
  );
}

/** Ends a key, and keeps why. */
export function RevokeDialog({ token, onClose }: Props) {
  const client = useQueryClient();
  const now = useNow(60_000);
  return (
    <Confirm
      danger
      reason="required"
      title={t.revoke.title(token.name)}
      confirm={t.revoke.confirm}
      done={t.revoke.done(token.name)}
      run={(reason) => revokeToken(token.id, reason).then(() => client.invalidateQueries({ queryKey: ['tokens'] }))}
      onClose={onClose}
    >
      <Text mb="xs">{t.revoke.text}</Text>
      <Text className="muted">{token.usedAt === null ? t.revoke.neverUsed : t.revoke.lastUsed(ago(token.usedAt, now))}</Text>
    </Confirm>
  );
}

/** A new key in the place of an old one, which works until it is revoked. */
export function RotateDialog({ token, onClose }: Props) {
  const client = useQueryClient();
  const [made, setMade] = useState<string | null>(null);
  const [revoking, setRevoking] = useState(false);
  const lifetime = token.expiresAt === null ? null : token.expiresAt - token.createdAt;
  const rotate = async () => {
    const expiresAt = lifetime === null ? null : Date.now() + lifetime;
    const { secret } = await createToken({ ...token, expiresAt });
    setMade(secret);
    void client.invalidateQueries({ queryKey: ['tokens'] });
  };
  if (revoking) return <RevokeDialog token={token} onClose={onClose} />;
  if (made !== null) {
    const revoke = (
      <Button variant="default" onClick={() => setRevoking(true)}>
        {t.secret.revokeOld}
      </Button>
    );
    return (
      <SecretDialog title={t.secret.title(token.name)} secret={made} footer={revoke} onClose={onClose}>
        <Text>{t.secret.rotated(token.name)}</Text>
        <KeyUse kind={token.kind} secret={made} />
      </SecretDialog>
    );
  }
  return (
    <Confirm
      title={t.rotate.title(token.name)}
      confirm={t.rotate.confirm}
      run={rotate}
      onDone={() => undefined}
      onClose={onClose}
    >
      {t.rotate.text}
    </Confirm>
  );
}
