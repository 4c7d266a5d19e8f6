import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Token } from '../../domain/access/access.ts';
import { BurgeeError } from '../../domain/errors.ts';
import type { Clock, Random, Store } from '../../domain/ports.ts';

/** A ticket and the period that it was made in. */
export interface Ticket {
  /** A secret, though a short-lived one: never logged. */
  readonly text: string;
  /** Counts up; whoever is told the same period has the same ticket. */
  readonly period: number;
}

/** What a ticket opens: the streams of one key, in that key's environment. */
export interface Admission {
  readonly tokenId: string;
  readonly project: string;
  readonly environment: string;
}

/** Stands in for a key where no header can carry one: an EventSource has nothing but its URL. */
export interface Tickets {
  /** Good for 5–10 minutes to begin a stream. Undefined while the database does not take the first signing key. */
  issue(token: Token): Promise<Ticket | undefined>;
  /** Undefined for what was not issued here, was tampered with, or is too old. Whether the key still lives is not looked at. */
  read(text: string): Promise<Admission | undefined>;
}

const KEY = { id: 'stream-tickets' };
const PERIOD_S = 300;
const ISSUER = 'burgee';
const AUDIENCE = 'ofrep-events';
const TYPE = 'burgee-ticket+jwt';
/** Ours have about 300 characters. */
const LONGEST = 1_000;

/**
 * JWTs, HS256, with a key that every process of this database shares. Within a period a key's ticket stays the same, since
 * clients reconnect when the URL of their stream changes; it outlives its period by another one.
 */
export function createTickets({
  store,
  clock,
  random,
}: {
  store: Pick<Store, 'get' | 'commit'>;
  clock: Clock;
  random: Random;
}): Tickets {
  const issued = new LRUCache<string, Ticket>({ max: 10_000 });
  let secret: Promise<Uint8Array> | undefined;

  async function readOrMake(): Promise<Uint8Array> {
    const known = await store.get('signingKey', KEY);
    if (known !== undefined) return bytesOf(known.entity.secret);
    const entity = { ...KEY, secret: random(43), createdAt: clock() };
    try {
      await store.commit({ environments: [], writes: [{ put: 'signingKey', entity, basedOn: null }], audit: [] });
      return bytesOf(entity.secret);
    } catch (error) {
      const made = error instanceof BurgeeError && error.code === 'exists' ? await store.get('signingKey', KEY) : undefined;
      if (made === undefined) throw error;
      return bytesOf(made.entity.secret);
    }
  }

  function key(): Promise<Uint8Array> {
    secret ??= readOrMake().catch((error: unknown) => {
      secret = undefined;
      throw error;
    });
    return secret;
  }

  return {
    async issue({ id, project, environment }) {
      const period = Math.floor(clock() / 1000 / PERIOD_S);
      const known = issued.get(id);
      if (known?.period === period) return known;
      const signing = await key().catch(() => undefined);
      if (signing === undefined) return undefined;
      const text = await new SignJWT({ project, environment })
        .setProtectedHeader({ alg: 'HS256', typ: TYPE })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(id)
        .setIssuedAt(period * PERIOD_S)
        .setExpirationTime((period + 2) * PERIOD_S)
        .sign(signing);
      const ticket = { text, period };
      issued.set(id, ticket);
      return ticket;
    },
    async read(text) {
      if (text.length > LONGEST) return undefined;
      const signing = await key();
      try {
        const { payload } = await jwtVerify(text, signing, {
          algorithms: ['HS256'],
          issuer: ISSUER,
          audience: AUDIENCE,
          typ: TYPE,
          currentDate: new Date(clock()),
          requiredClaims: ['exp', 'sub', 'project', 'environment'],
        });
        const { sub, project, environment } = payload;
        if (sub === undefined || typeof project !== 'string' || typeof environment !== 'string') return undefined;
        return { tokenId: sub, project, environment };
      } catch {
        return undefined;
      }
    },
  };
}

function bytesOf(secret: string): Uint8Array {
  return new TextEncoder().encode(secret);
}
