import type { Clock, Logger, Store } from '../../domain/ports.ts';
import type { Reader } from './reader.ts';

/** Closes the streams of tokens that were revoked, removed or have expired. */
export interface TokenWatch {
  add(reader: Reader): void;
  remove(reader: Reader): void;
  drop(tokenId: string): void;
  /** Looks at every token with open streams now. */
  look(): void;
  stop(): void;
}

export function watchTokens({
  store,
  clock,
  log,
  everyMs,
}: {
  store: Pick<Store, 'get'>;
  clock: Clock;
  log: Logger;
  everyMs: number;
}): TokenWatch {
  const byToken = new Map<string, Set<Reader>>();
  let looking: Promise<void> | undefined;

  function drop(tokenId: string): void {
    for (const reader of [...(byToken.get(tokenId) ?? [])]) reader.drop();
  }

  async function lookAtAll(): Promise<void> {
    for (const id of [...byToken.keys()]) {
      const token = (await store.get('token', { id }))?.entity;
      const live = token !== undefined && token.revokedAt === null && (token.expiresAt === null || clock() < token.expiresAt);
      if (!live) drop(id);
    }
  }

  function look(): void {
    looking = (looking ?? Promise.resolve()).then(lookAtAll).catch((error: unknown) => {
      log.warn({ err: error }, 'cannot look at the tokens of open streams; trying again');
    });
  }

  const timer = setInterval(look, everyMs).unref();
  return {
    add(reader) {
      const readers = byToken.get(reader.tokenId) ?? new Set();
      byToken.set(reader.tokenId, readers.add(reader));
    },
    remove(reader) {
      const readers = byToken.get(reader.tokenId);
      readers?.delete(reader);
      if (readers?.size === 0) byToken.delete(reader.tokenId);
    },
    drop,
    look,
    stop: () => clearInterval(timer),
  };
}
