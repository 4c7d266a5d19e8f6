import type { Delta, Revision, Ruleset, RulesetFlag } from '@burgee/engine';
import type { Exchange, ExchangeHandler, Transport } from '../src/delivery/transport.ts';
import { envelope, revisionId, sse } from './peer.ts';
import { flag, ruleset } from './rulesets.ts';

/** What the way from the server to its one client does to the next event. */
export type Loss = 'none' | 'drop' | 'duplicate' | 'delay';

/** An environment in memory: publishes, restarts, and streams over a way that loses, doubles and reorders. */
export interface LossyServer {
  readonly transport: Transport;
  ruleset: Ruleset;
  /** A next revision in which one flag changed or is gone. */
  publish(loss: Loss): void;
  /** Comes back from an older copy of its data, in a new epoch. */
  restore(loss: Loss): void;
  heartbeat(loss: Loss): void;
  /** Ends every exchange. */
  cut(): void;
}

export function createLossyServer(random: () => number): LossyServer {
  const streams = new Set<ExchangeHandler>();
  const delayed: string[] = [];
  const bytes = new TextEncoder();
  let older: Ruleset;

  const write = (text: string): void => {
    for (const stream of streams) stream.chunk(bytes.encode(text));
  };
  /** What is delayed comes after the event that follows it. */
  const send = (text: string, loss: Loss): void => {
    if (loss === 'delay') {
      delayed.push(text);
      return;
    }
    if (loss !== 'drop') write(text);
    if (loss === 'duplicate') write(text);
    for (const late of delayed.splice(0)) write(late);
  };
  const snapshot = (): string => sse('snapshot', envelope('ruleset', server.ruleset), revisionId(server.ruleset.revision));
  const change = (): { flags: RulesetFlag[]; removedFlags: string[] } => {
    const key = `f${Math.floor(random() * 6)}`;
    return random() < 0.2
      ? { flags: [], removedFlags: [key] }
      : { flags: [flag(key, { killed: random() < 0.5, defaultVariant: random() < 0.5 ? 'on' : 'off' })], removedFlags: [] };
  };
  const next = (revision: Revision, loss: Loss): void => {
    const { flags, removedFlags } = change();
    const gone = new Set([...removedFlags, ...flags.map(({ key }) => key)]);
    server.ruleset = {
      ...server.ruleset,
      revision,
      flags: [...server.ruleset.flags.filter(({ key }) => !gone.has(key)), ...flags],
    };
    const delta: Delta = { schema: 1, revision, flags, removedFlags, segments: [], removedSegments: [] };
    send(sse('delta', envelope('delta', delta), revisionId(revision)), loss);
  };
  const answer = (path: string, sent: string | undefined, handler: ExchangeHandler): void => {
    const held = revisionId(server.ruleset.revision);
    const typed = (type: string) => (name: string) => (name === 'content-type' ? type : undefined);
    if (path === '/sdk/stream') {
      handler.head(200, typed('text/event-stream'));
      streams.add(handler);
      handler.chunk(bytes.encode(sent === held ? sse('heartbeat', JSON.stringify(server.ruleset.revision)) : snapshot()));
      return;
    }
    const same = sent === `"${held}"`;
    handler.head(same ? 304 : 200, typed('application/json'));
    if (!same) handler.chunk(bytes.encode(envelope('ruleset', server.ruleset)));
    handler.end();
  };

  const server: LossyServer = {
    transport: {
      open({ path, headers }, handler) {
        let over = false;
        const guarded: ExchangeHandler = {
          head: (status, header) => (over ? undefined : handler.head(status, header)),
          chunk: (part) => (over ? undefined : handler.chunk(part)),
          end(failure) {
            if (!over) handler.end(failure);
            over = true;
            streams.delete(guarded);
          },
        };
        queueMicrotask(() => (over ? undefined : answer(path, headers['last-event-id'] ?? headers['if-none-match'], guarded)));
        const exchange: Exchange = {
          abort() {
            over = true;
            streams.delete(guarded);
          },
        };
        return exchange;
      },
    },
    ruleset: ruleset([flag('f0'), flag('f1')]),
    publish(loss) {
      if (random() < 0.2) older = server.ruleset;
      const { epoch, n } = server.ruleset.revision;
      next({ epoch, n: n + 1 }, loss);
    },
    restore(loss) {
      const { epoch } = server.ruleset.revision;
      server.ruleset = older;
      next({ epoch: epoch + 1, n: older.revision.n + 1 }, loss);
    },
    heartbeat: (loss) => send(sse('heartbeat', JSON.stringify(server.ruleset.revision)), loss),
    cut() {
      for (const stream of streams) stream.end();
    },
  };
  older = server.ruleset;
  return server;
}
