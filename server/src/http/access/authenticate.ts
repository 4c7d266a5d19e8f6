import type { Context } from 'hono';
import { LRUCache } from 'lru-cache';
import type { Principal, Session, Token } from '../../domain/access/access.ts';
import { BurgeeError } from '../../domain/errors.ts';
import type { Clock, Store } from '../../domain/ports.ts';
import { sessionCookie } from '../frame/cookies.ts';
import type { Tickets } from '../ofrep/tickets.ts';
import { sha256, TOKEN_FORM } from './secrets.ts';

/** Finds out who asks. */
export interface Authenticator {
  /**
   * A token in the Authorization header (`Bearer <token>`, exactly), else in X-API-Key where `apiKey` allows it, else the token
   * behind the query's ticket where `ticket` allows it, else the session cookie, else anonymous. A token or ticket that is wrong,
   * expired or revoked throws `unauthenticated`: no falling back.
   */
  identify(context: Context, options: { readonly apiKey: boolean; readonly ticket: boolean }): Promise<Principal>;
  /** Whether some live client token may be used by pages of this origin: all that a preflight can be told. */
  admits(origin: string): Promise<boolean>;
}

const IDLE_MS = 8 * 3600_000;
const ABSOLUTE_MS = 7 * 24 * 3600_000;
const TOUCH_MS = 60_000;
/** How old what a token's owner is told of its last use may be. */
const USED_MS = 3_600_000;
/** How long another process's revocation may go unnoticed; this process's own is noticed at once. */
const CACHED_MS = 5_000;
const ANONYMOUS: Principal = { kind: 'anonymous' };

/** Tokens are cached, sessions are not: a role or password change counts from the next request on. */
export function createAuthenticator({
  store,
  clock,
  tickets,
  publicUrl,
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly tickets: Pick<Tickets, 'read'>;
  readonly publicUrl: string;
}): Authenticator {
  const tokens = new LRUCache<string, Token>({ max: 10_000, ttl: CACHED_MS });
  let clients: { readonly until: number; readonly tokens: readonly Token[] } | undefined;
  const used = new LRUCache<string, number>({ max: 10_000 });
  let generation = 0;
  store.watch(({ objects }) => {
    if (!objects.some((object) => object.startsWith('token/'))) return;
    generation++;
    tokens.clear();
    clients = undefined;
  });

  /** Writes down that a token is in use, once an hour. A use that cannot be written is not worth an error. */
  function noteUse({ id, usedAt = 0 }: Token, now: number): void {
    if (now - Math.max(usedAt, used.get(id) ?? 0) < USED_MS) return;
    used.set(id, now);
    const write = async () => {
      const stored = await store.get('token', { id });
      if (stored === undefined || now - (stored.entity.usedAt ?? 0) < USED_MS) return;
      const put = { put: 'token' as const, entity: { ...stored.entity, usedAt: now }, basedOn: stored.version };
      await store.commit({ environments: [], writes: [put], audit: [] });
    };
    write().catch(() => undefined);
  }

  async function byToken(secret: string): Promise<Principal> {
    const refusal = new BurgeeError('unauthenticated', 'the token is not known here, has expired or was revoked');
    if (!TOKEN_FORM.test(secret)) throw refusal;
    const hash = sha256(secret);
    let token = tokens.get(hash);
    if (token === undefined) {
      const seen = generation;
      token = (await store.list('token', { hash }))[0]?.entity;
      if (token !== undefined && seen === generation) tokens.set(hash, token);
    }
    const now = clock();
    if (token === undefined || !isLive(token, now)) throw refusal;
    noteUse(token, now);
    return { kind: 'token', token };
  }

  async function byTicket(text: string): Promise<Principal> {
    const admission = await tickets.read(text);
    const token = admission && (await store.get('token', { id: admission.tokenId }))?.entity;
    const isOf = token?.project === admission?.project && token?.environment === admission?.environment;
    if (token === undefined || !isOf || !isLive(token, clock()))
      throw new BurgeeError('unauthenticated', 'the ticket is not one of this server or too old, or its key was revoked');
    return { kind: 'token', token };
  }

  async function bySession(cookie: string): Promise<Principal> {
    const now = clock();
    const stored = await store.get('session', { id: sha256(cookie) });
    if (stored === undefined) return ANONYMOUS;
    const session = stored.entity;
    if (!isSessionLive(session, now)) return ANONYMOUS;
    const user = (await store.get('user', { id: session.user }))?.entity;
    if (user === undefined || user.disabled) return ANONYMOUS;
    if (now - session.seenAt >= TOUCH_MS) {
      const write = { put: 'session' as const, entity: { ...session, seenAt: now }, basedOn: stored.version };
      // A session that ended meanwhile, or a database that takes no writes: being seen is not worth an error.
      await store.commit({ environments: [], writes: [write], audit: [] }).catch(() => undefined);
    }
    return { kind: 'user', user, session: session.id };
  }

  return {
    async identify(context, { apiKey, ticket }) {
      const authorization = context.req.header('authorization');
      if (authorization !== undefined) {
        if (!authorization.startsWith('Bearer ')) throw new BurgeeError('unauthenticated', 'say Authorization: Bearer <token>');
        return byToken(authorization.slice('Bearer '.length));
      }
      const key = apiKey ? context.req.header('x-api-key') : undefined;
      if (key !== undefined) return byToken(key);
      const shown = ticket ? context.req.query('ticket') : undefined;
      if (shown !== undefined) return byTicket(shown);
      const cookie = sessionCookie(context, publicUrl);
      return cookie === undefined ? ANONYMOUS : bySession(cookie);
    },
    async admits(origin) {
      const now = clock();
      if (clients === undefined || now >= clients.until) {
        const seen = generation;
        const found = (await store.list('token', { kind: 'client' })).map(({ entity }) => entity);
        if (seen !== generation) return found.some((token) => isLive(token, now) && admitsOrigin(token, origin));
        clients = { until: now + CACHED_MS, tokens: found };
      }
      return clients.tokens.some((token) => isLive(token, now) && admitsOrigin(token, origin));
    },
  };
}

/** Whether pages of an origin may use this token. */
export function admitsOrigin(token: Token, origin: string): boolean {
  return token.kind === 'client' && (token.origins.length === 0 || token.origins.includes(origin));
}

/** Whether a session has neither been idle too long nor lasted too long. */
export function isSessionLive(session: Session, now: number): boolean {
  return now - session.createdAt < ABSOLUTE_MS && now - session.seenAt < IDLE_MS;
}

function isLive(token: Token, now: number): boolean {
  return token.revokedAt === null && (token.expiresAt === null || now < token.expiresAt);
}
