import type { Bootstrap, BootstrapToken } from './bootstrap.ts';
import type { Token, User } from './domain/access/access.ts';
import { beginWith } from './domain/access/first-owner.ts';
import { createToken, hintOf, PREFIXES } from './domain/access/tokens.ts';
import { BurgeeError } from './domain/errors.ts';
import type { Clock, Random, Store } from './domain/ports.ts';

const ACTOR = { kind: 'burgee' as const, id: '', name: 'bootstrap' };

/** Whether a database has neither people nor projects. */
export async function isEmpty(store: Store): Promise<boolean> {
  const [users, projects] = await Promise.all([store.list('user'), store.list('project')]);
  return users.length === 0 && projects.length === 0;
}

/**
 * Makes all that a bootstrap file asks for, in one change, and gives the secrets that it did not name, to be shown once.
 * Null, and nothing changed, where the database is not empty (any more).
 */
export async function applyBootstrap(
  { owner, projects, tokens }: Bootstrap,
  deps: {
    readonly store: Store;
    readonly clock: Clock;
    readonly random: Random;
    readonly hashPassword: (password: string) => Promise<string>;
    readonly digest: (secret: string) => string;
  },
): Promise<readonly { readonly token: string; readonly secret: string }[] | null> {
  const { store, clock, random, hashPassword, digest } = deps;
  if (!(await isEmpty(store))) return null;
  const at = clock();
  const passwordHash = await hashPassword(owner.password);
  const user: User = {
    id: random(12),
    email: owner.email,
    name: owner.name,
    role: 'admin',
    passwordHash,
    disabled: false,
    createdAt: at,
  };
  const made = tokens.map((token) => tokenOf(token, user.id, at, { random, digest }));
  const changes = made.map(({ token }) => createToken(token, ACTOR));
  const summary = `${user.email}, ${projects.length} projects and ${tokens.length} tokens were made from the bootstrap file`;
  const change = beginWith(projects, user, { writes: changes.flatMap(({ writes }) => writes), actor: ACTOR, summary }, at);
  try {
    await store.commit({ ...change, audit: [...change.audit, ...changes.flatMap(({ audit }) => audit)] });
  } catch (error) {
    if (error instanceof BurgeeError && (error.code === 'conflict' || error.code === 'exists')) return null;
    throw error;
  }
  return made.filter(({ isNew }) => isNew).map(({ token, secret }) => ({ token: token.name, secret }));
}

function tokenOf(
  wanted: BootstrapToken,
  createdBy: string,
  createdAt: number,
  { random, digest }: { readonly random: Random; readonly digest: (secret: string) => string },
): { readonly token: Token; readonly secret: string; readonly isNew: boolean } {
  const { secret: given, ...place } = wanted;
  const secret = given ?? PREFIXES[wanted.kind] + random(43);
  const token: Token = {
    ...place,
    id: random(12),
    hash: digest(secret),
    hint: hintOf(secret),
    createdBy,
    createdAt,
    expiresAt: null,
    revokedAt: null,
  };
  return { token, secret, isNew: given === null };
}
