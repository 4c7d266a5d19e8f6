/** What the stream says, in the leader's words to the other tabs too. */
export interface Told {
  readonly type: string;
  readonly etag?: string;
  /** The server closes this stream, and wants to see the next one not before so many ms. */
  readonly retryMs?: number;
}

/** All tabs of an origin share one stream: one of them holds it, the others listen to that one. */
export interface Tabs {
  /** Joins, and leads as soon as nobody else does. */
  join(): void;
  /** Leaves everything open behind for others to take, at once. */
  leave(): void;
  /** Opens the stream where this tab leads and has none. */
  open(): void;
  /** Closes the stream; where this tab leads, it goes on leading, and needs another stream in so many ms. */
  close(retryMs: number): void;
}

export function createTabs(
  name: string,
  /** The stream's address; undefined while there is none that would be let in. */
  address: () => string | undefined,
  told: (message: Told) => void,
  /** There is no stream: its address is needed anew, in so many ms where somebody said when. */
  lost: (retryMs?: number) => void,
): Tabs {
  let channel: BroadcastChannel | undefined;
  let source: EventSource | undefined;
  /** Gives the lead up; undefined unless this tab leads. */
  let resign: (() => void) | undefined;
  let waiting: AbortController | undefined;

  const close = (retryMs?: number): void => {
    source?.close();
    source = undefined;
    lost(retryMs);
  };
  const open = (): void => {
    const to = address();
    if (!resign || source || !to) return;
    source = new EventSource(to);
    source.onmessage = ({ data }) => {
      const message: Told = JSON.parse(data);
      channel?.postMessage(message);
      told(message);
      if (message.retryMs) close(message.retryMs);
    };
    // whether it is worth trying again is found out by asking for values: that says why not, and when
    source.onerror = () => close();
  };
  const lead = (resolve: () => void): void => {
    resign = resolve;
    open();
    if (!source) lost(0);
  };
  const leadAlone = (): void => lead(() => undefined);

  return {
    open,
    close,
    join() {
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
