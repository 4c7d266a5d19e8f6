/** What the stream says, in the leader's words to the other tabs too. */
export interface Told {
  readonly type: string;
  readonly etag?: string;
  /** What a stream that brings more than news has brought. */
  readonly value?: unknown;
  /** The server closes this stream, and wants to see the next one not before so many ms. */
  readonly retryMs?: number | undefined;
}

/** All tabs of an origin share one stream: one of them holds it, the others listen to that one. */
export interface Tabs {
  /** Attends, and leads as soon as nobody else does. */
  attend(): void;
  /** Leaves everything open behind for others to take, at once. */
  leave(): void;
  /** Opens the stream where this tab leads and has none. */
  open(): void;
  /** Closes the stream; where this tab leads, it goes on leading, and needs another stream in so many ms. */
  close(retryMs: number): void;
}

export function createTabs(
  name: string,
  /** Opens a stream and returns what closes it; undefined while none would be let in. */
  connect: (tell: (message: Told) => void, broken: () => void) => (() => void) | undefined,
  told: (message: Told) => void,
  /** There is no stream: the server is to be asked first, in so many ms where somebody said when. */
  lost: (retryMs?: number) => void,
): Tabs {
  let channel: BroadcastChannel | undefined;
  let end: (() => void) | undefined;
  /** Gives the lead up; undefined unless this tab leads. */
  let resign: (() => void) | undefined;
  let waiting: AbortController | undefined;

  const close = (retryMs?: number): void => {
    end?.();
    end = undefined;
    lost(retryMs);
  };
  const open = (): void => {
    if (!resign || end) return;
    end = connect(
      (message) => {
        channel?.postMessage(message);
        told(message);
        if (message.retryMs) close(message.retryMs);
      },
      () => close(),
    );
  };
  const lead = (resolve: () => void): void => {
    resign = resolve;
    open();
    if (!end) lost(0);
  };
  const leadAlone = (): void => lead(() => undefined);

  return {
    open,
    close,
    attend() {
      waiting = new AbortController();
      const { signal } = waiting;
      try {
        channel = new BroadcastChannel(name);
        channel.onmessage = ({ data }) => told(data);
        navigator.locks.request(name, { signal }, () => new Promise<void>(lead)).catch(() => signal.aborted || leadAlone());
      } catch {
        // no locks or no channel here: every tab on its own
        leadAlone();
      }
    },
    leave() {
      waiting?.abort();
      channel?.close();
      resign?.();
      resign = undefined;
      close(0);
    },
  };
}
