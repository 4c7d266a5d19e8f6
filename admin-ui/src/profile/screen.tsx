import { useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.ts';
import { ScreenHead } from '../app/screen.tsx';
import { people, profile as t } from '../text/people.ts';
import { OwnTokens } from './own-tokens.tsx';
import { PasswordPart } from './password.tsx';
import { Sessions } from './sessions.tsx';

/** Somebody's own account. */
export function Profile() {
  const { data } = useQuery(queries.me());
  const user = data?.user;
  return (
    <>
      <ScreenHead title={t.title} lead={user && `${user.name} · ${user.email} · ${people.roles[user.role]}`} />
      <PasswordPart email={user?.email ?? ''} />
      <Sessions />
      {user && <OwnTokens user={user.id} />}
    </>
  );
}
