import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, request } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { explain } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';

/** E-mail and password; says in place what was wrong. */
export function Credentials({ email: given = '', onDone }: { email?: string; onDone: () => void }) {
  const [email, setEmail] = useState(given);
  const [password, setPassword] = useState('');
  const login = useMutation({
    mutationFn: () => request('POST', api('login'), { body: { email: email.trim(), password } }),
    onSuccess: onDone,
    meta: { quiet: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  const wrong = login.error instanceof Problem && [400, 401, 422].includes(login.error.status);
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={text.session.login.email}
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          data-autofocus={given === '' || undefined}
          autoFocus={given === ''}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={text.session.login.password}
          autoComplete="current-password"
          required
          withAsterisk={false}
          data-autofocus={given !== '' || undefined}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {login.error && (
          <Text c="var(--bad)" role="alert">
            {wrong ? text.session.login.wrong : explain(login.error)}
          </Text>
        )}
        <Button type="submit" loading={login.isPending} mt={4}>
          {text.session.login.submit}
        </Button>
      </Stack>
    </form>
  );
}
