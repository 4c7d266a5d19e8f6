import type { Client, ClientOptions, Context } from '../../browser/index.ts';
import { type Condition, isRefusal } from '../lifecycle.ts';

type Used = Pick<Client, 'ready' | 'on' | 'identify' | 'status' | 'close'>;

/** Whom a page is for, and whether there are values for them. */
export interface Subject<C> {
  /** Made with the options' context when nobody has begun. */
  client(): C;
  condition(): Condition;
  /** Begins with a context, or with the client's own; settles when there are values, or no use in waiting for them. Never rejects. */
  begin(context: Context | undefined): Promise<void>;
  /** The page is for somebody else; settles like `begin`, for the last of several at once. Never rejects. */
  move(context: Context): Promise<void>;
  /** Whether no change of context is waited for. */
  isSettled(): boolean;
  close(): void;
}

export function createSubject<C extends Used>(
  source: C | ClientOptions,
  create: (options: ClientOptions) => C,
  tell: {
    readonly timeout: number;
    /** These flags answer something else than before. */
    readonly changed: (flags: readonly string[]) => void;
    /** The condition may have changed. */
    readonly look: () => void;
  },
): Subject<C> {
  const { timeout } = tell;
  const subscriptions: (() => void)[] = [];
  let made: C | undefined;
  let refused = false;
  let waiting: (() => void)[] = [];
  let moves = 0;
  let latest: Promise<unknown> | undefined;

  const watch = (client: C): C => {
    const told = client.on('ready', tell.look);
    const rest = (['stale', 'recovered'] as const).map((event) => client.on(event, tell.look));
    const changed = client.on('changed', ({ flags }) => tell.changed(flags));
    const failed = client.on('error', (error) => {
      if (!isRefusal(error)) return;
      refused = true;
      for (const wake of waiting) wake();
      waiting = [];
      tell.look();
    });
    subscriptions.push(told, ...rest, changed, failed);
    return client;
  };
  const make = (context?: Context): C => {
    made ??= watch('detail' in source ? (source as C) : create({ ...(source as ClientOptions), ...(context && { context }) }));
    return made;
  };

  /** Waiting is over when the values are there, in `timeout` ms, or when the server does not take the key. */
  const orRefused = (values: Promise<unknown>): Promise<unknown> =>
    Promise.race([
      values,
      new Promise<void>((settle) => {
        waiting.push(settle);
      }),
    ]);

  return {
    client: make,
    condition() {
      const { ready, stale } = make().status();
      if (!ready) return refused ? 'fatal' : 'error';
      return stale ? 'stale' : 'ready';
    },
    async begin(context) {
      const isNew = made === undefined && !('detail' in source);
      const client = make(context);
      if (!isNew && context !== undefined) void client.identify(context, { timeout: 0 });
      if (!client.status().ready && !refused) await orRefused(client.ready({ timeout }));
    },
    async move(context) {
      refused = false;
      moves++;
      latest = orRefused(make().identify(context, { timeout }));
      // whoever came before waits for the one that counts
      for (let seen: unknown; seen !== latest; ) {
        seen = latest;
        await seen;
      }
      moves--;
    },
    isSettled: () => moves === 0,
    close() {
      for (const stop of subscriptions) stop();
      if (!('detail' in source)) made?.close();
    },
  };
}
