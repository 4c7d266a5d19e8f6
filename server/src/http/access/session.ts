import type { Context } from 'hono';
import type { Session, User } from '../../domain/access/access.ts';
import { startSession } from '../../domain/access/people.ts';
import { callerAddress } from '../frame/caller.ts';
import { sessionCookie, setSessionCookie } from '../frame/cookies.ts';
import type { Deps } from '../frame/deps.ts';
import type { Frame } from '../frame/serve-route.ts';
import { sha256 } from './secrets.ts';

const WEEK_MS = 7 * 24 * 3600_000;

/** A session that is not stored yet, and the cookie's value. */
export function newSession(user: string, context: Context, deps: Deps, at: number): { session: Session; cookie: string } {
  const cookie = deps.random(43);
  const userAgent = (context.req.header('user-agent') ?? '').slice(0, 200);
  return { session: { id: sha256(cookie), user, createdAt: at, seenAt: at, userAgent }, cookie };
}

/** Logs a person in: a new session whatever the browser brought along; returns its id and the Set-Cookie header. */
export async function logIn(user: User, context: Context, deps: Deps, at: number): Promise<{ id: string; header: string }> {
  const { session, cookie } = newSession(user.id, context, deps, at);
  const brought = sessionCookie(context, deps.config.publicUrl);
  const old = brought === undefined ? undefined : await deps.store.get('session', { id: sha256(brought) });
  const expired = (await deps.store.list('session', { user: user.id })).filter(({ entity }) => at - entity.createdAt >= WEEK_MS);
  const actor = { kind: 'user' as const, id: user.id, name: user.name || user.email };
  const over = old === undefined || expired.some(({ entity }) => entity.id === old.entity.id) ? expired : [...expired, old];
  await deps.store.commit(startSession(user, session, over, actor));
  return { id: session.id, header: setSessionCookie(deps.config.publicUrl, cookie) };
}

/** Ends one session; one that has ended already is fine. */
export async function endSession(id: string, deps: Deps): Promise<void> {
  await deps.store.commit({ environments: [], writes: [{ remove: 'session', key: { id }, basedOn: 'any' }], audit: [] });
}

/** Removes sessions that began before a change that should have ended them, but were not there to be seen by it. */
export async function sweepSessions(user: string, keep: string | null, deps: Deps): Promise<void> {
  const left = (await deps.store.list('session', { user })).filter(({ entity }) => entity.id !== keep);
  if (left.length === 0) return;
  const writes = left.map(({ entity }) => ({ remove: 'session' as const, key: { id: entity.id }, basedOn: 'any' as const }));
  await deps.store.commit({ environments: [], writes, audit: [] });
}

/** The address of who asks, proxies seen through where they are trusted. */
export function addressOf(context: Context, deps: Deps): string {
  const { incoming } = (context as Context<Frame>).env;
  const forwarded = context.req.header('x-forwarded-for') ?? null;
  return callerAddress(incoming.socket.remoteAddress, forwarded, deps.config.trustedProxies);
}
