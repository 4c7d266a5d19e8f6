import { Button, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changePassword } from '../api/people.ts';
import { Problem } from '../api/problem.ts';
import { Refusal } from '../app/panel.tsx';
import { Part } from '../app/screen.tsx';
import { sayDone } from '../app/toast.ts';
import { profile } from '../text/people.ts';
import css from './profile.module.css';

const t = profile.password;

/** Changes one's own password. */
export function PasswordPart({ email }: { email: string }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      sayDone(t.done);
      void client.invalidateQueries({ queryKey: ['own-sessions'] });
    },
    meta: { quiet: true },
  });
  const problem = change.error instanceof Problem ? change.error : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Part title={t.title} lead={t.hint}>
      <form onSubmit={submit} className={css.password}>
        {/* password managers want to know whose it is */}
        <input type="hidden" name="username" autoComplete="username" value={email} />
        <PasswordInput
          label={t.current}
          autoComplete="current-password"
          value={current}
          error={problem?.about('current')}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label={t.next}
          autoComplete="new-password"
          value={next}
          error={problem?.about('next')}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        <Button type="submit" loading={change.isPending} disabled={current === '' || next === ''}>
          {t.submit}
        </Button>
        {problem && problem.fields.length === 0 && <Refusal error={problem} />}
      </form>
    </Part>
  );
}
