import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { text } from '../text/catalogue.ts';
import { Credentials } from './credentials.tsx';
import { Gate } from './gate.tsx';

/** Lets somebody in, and back to where they were. */
export function Login() {
  const { next } = useSearch({ from: '/login' });
  const router = useRouter();
  const client = useQueryClient();
  const done = () => {
    client.clear();
    router.history.push(next ?? '/');
  };
  return (
    <Gate title={text.session.login.title}>
      <Credentials onDone={done} />
    </Gate>
  );
}
