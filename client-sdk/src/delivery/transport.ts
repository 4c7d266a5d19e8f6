/** Why an exchange ended without a complete answer. */
export interface TransportFailure {
  readonly code: 'network' | 'tls' | 'too-large' | 'encoding';
  readonly message: string;
}

/**
 * What comes of one HTTP exchange: `head`, `chunk` any number of times, `end` exactly once unless aborted; or `end` alone.
 * Nothing is called before `open` has returned.
 */
export interface ExchangeHandler {
  /** Redirects are handed on like any other status, never followed. */
  head(status: number, header: (name: string) => string | undefined): void;
  /** Decoded body bytes. */
  chunk(bytes: Uint8Array): void;
  end(failure?: TransportFailure): void;
}

/** One running exchange on a socket of its own. */
export interface Exchange {
  /** Closes the socket at once; the handler is not called again. Idempotent. */
  abort(): void;
}

/** How a host speaks HTTP. */
export interface Transport {
  open(
    request: {
      readonly method: 'GET' | 'POST';
      /** Below the client's url, `/sdk/stream`. */
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Decoded bytes of an answer past which it is refused as `too-large`; unlimited when absent. */
      readonly maxBytes?: number;
    },
    handler: ExchangeHandler,
  ): Exchange;
}

/** A clock and its one-shot timers. Tests hand in their own. */
export interface Clock {
  /** Wall clock, ms. */
  now(): number;
  /** Never goes back, ms. */
  monotonic(): number;
  /** Returns the way to cancel it. A timer keeps the process alive only where its caller says so. */
  after(ms: number, run: () => void, keepAlive?: 'keep alive'): () => void;
}

/** A slot that holds at most one timer. */
export interface TimerSlot {
  /** Replaces whatever timer the slot holds. */
  set(ms: number, run: () => void): void;
  clear(): void;
}

/** A slot on this clock. */
export function timerSlot(clock: Clock): TimerSlot {
  let cancel: (() => void) | undefined;
  return {
    set(ms, run) {
      cancel?.();
      cancel = clock.after(Math.max(0, ms), () => {
        cancel = undefined;
        run();
      });
    },
    clear() {
      cancel?.();
      cancel = undefined;
    },
  };
}
