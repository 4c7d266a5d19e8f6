import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { acceptInvitation } from '../api/people.ts';
import { Problem } from '../api/problem.ts';
import { explain } from '../app/toast.ts';
import { session } from '../text/app.ts';
import { invitation as t } from '../text/people.ts';
import { Gate } from './gate.tsx';

/** Somebody comes by a link and chooses their password. */
export function Invitation() {
  const [link] = useState(() => new URLSearchParams(location.hash.slice(1)));
  const [user, email, secret] = ['user', 'email', 'secret'].map((name) => link.get(name) ?? '');
  const [password, setPassword] = useState('');
  const navigate = useNavigate();
  const client = useQueryClient();
  const accept = useMutation({
    mutationFn: () => acceptInvitation({ user: user ?? '', secret: secret ?? '', password }),
    onSuccess: async () => {
      client.clear();
      await navigate({ to: '/' });
    },
    meta: { quiet: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate();
  };
  if (!user || !secret) {
    return (
      <Gate title={t.title}>
        <Text role="alert" mb="md">
          {t.broken}
        </Text>
        <Anchor component={Link} to="/login">
          {session.setup.toLogin}
        </Anchor>
      </Gate>
    );
  }
  const problem = accept.error instanceof Problem ? accept.error : undefined;
  return (
    <Gate title={t.title}>
      <Text className="muted" mb="md">
        {t.intro}
      </Text>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t.email} type="email" autoComplete="username" readOnly value={email ?? ''} />
          <PasswordInput
            label={t.password}
            description={t.passwordHint}
            autoComplete="new-password"
            autoFocus
            required
            withAsterisk={false}
            minLength={12}
            value={password}
            error={problem?.about('password')}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {accept.error && !problem?.about('password') && (
            <Text c="var(--bad)" role="alert">
              {problem?.code === 'not_found' ? problem.message : explain(accept.error)}
            </Text>
          )}
          <Button type="submit" loading={accept.isPending} mt={4}>
            {t.submit}
          </Button>
        </Stack>
      </form>
    </Gate>
  );
}
