import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { request } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { explain } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';
import { Gate } from './gate.tsx';

/** The one-time token stays behind the #, so that it is in no server's log: `#<token>` or `#token=<token>`. */
function tokenOf(hash: string): string {
  const raw = hash.replace(/^#/, '');
  return new URLSearchParams(raw).get('token') ?? decodeURIComponent(raw);
}

/** First start: the owner's account. */
export function Setup() {
  const [token, setToken] = useState(() => tokenOf(location.hash));
  const [asked] = useState(token === '');
  const [owner, setOwner] = useState({ name: '', email: '', password: '' });
  const navigate = useNavigate();
  const client = useQueryClient();
  const setup = useMutation({
    mutationFn: () => request('POST', '/setup', { body: { token: token.trim(), ...owner, email: owner.email.trim() } }),
    onSuccess: async () => {
      client.clear();
      await navigate({ to: '/' });
    },
    meta: { quiet: true },
  });
  const problem = setup.error instanceof Problem ? setup.error : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setup.mutate();
  };
  const field = (name: keyof typeof owner) => ({
    value: owner[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setOwner((before) => ({ ...before, [name]: value }));
    },
    error: problem?.about(name),
    required: true,
    withAsterisk: false,
  });
  return (
    <Gate title={text.session.setup.title}>
      <Text className="muted" mb="md">
        {text.session.setup.intro}
      </Text>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {asked && (
            <TextInput
              label={text.session.setup.token}
              description={text.session.setup.tokenHint}
              required
              withAsterisk={false}
              error={problem?.about('token')}
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
            />
          )}
          <TextInput label={text.session.setup.name} autoComplete="name" autoFocus {...field('name')} />
          <TextInput label={text.session.setup.email} type="email" autoComplete="username" {...field('email')} />
          <PasswordInput
            label={text.session.setup.password}
            description={text.session.setup.passwordHint}
            autoComplete="new-password"
            minLength={12}
            {...field('password')}
          />
          {problem && (
            <Text c="var(--bad)" role="alert">
              {problem.code === 'setup_done' ? text.session.setup.done : explain(problem)}{' '}
              {problem.code === 'setup_done' && (
                <Anchor component={Link} to="/login">
                  {text.session.setup.toLogin}
                </Anchor>
              )}
            </Text>
          )}
          <Button type="submit" loading={setup.isPending} mt={4}>
            {text.session.setup.submit}
          </Button>
        </Stack>
      </form>
    </Gate>
  );
}
