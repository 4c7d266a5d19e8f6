import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Delta, Override, Report, Revision, Ruleset, RulesetFlag } from '@burgee/engine';

/** Answers one request itself; anything else gets the peer's normal behaviour. */
export type Script = (request: http.IncomingMessage, response: http.ServerResponse) => boolean;

/** A scripted server that speaks wire.ts: one environment, streams, polls and reports, and faults on demand. */
export interface Peer {
  readonly url: string;
  readonly port: number;
  readonly reports: Report[];
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly headers: http.IncomingHttpHeaders;
    readonly at: number;
  }[];
  /** Set to take requests over. */
  script: Script | undefined;
  ruleset: Ruleset;
  /** Publishes a new revision to every stream, as a delta of these flags. */
  publish(flags: readonly RulesetFlag[], extra?: Partial<Delta>): Revision;
  /** Writes raw text to every open stream. */
  broadcast(text: string): void;
  override(override: Override): void;
  streams(): number;
  /** Sockets open now, and the most there ever were at once. */
  sockets(): { readonly now: number; readonly most: number };
  /** Breaks every connection. */
  cut(): void;
  close(): Promise<void>;
}

export const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

export function envelope(kind: 'ruleset' | 'delta', value: unknown): string {
  const body = JSON.stringify(value);
  return `{"sha256":"${sha(body)}","${kind}":${body}}`;
}

export const revisionId = ({ epoch, n }: Revision): string => `${epoch}.${n}`;

export const sse = (event: string, data: string, id?: string): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`;

export async function startPeer(ruleset: Ruleset): Promise<Peer> {
  const streams = new Set<http.ServerResponse>();
  const open = new Set<Socket>();
  let most = 0;

  const snapshot = (): string => sse('snapshot', envelope('ruleset', peer.ruleset), revisionId(peer.ruleset.revision));
  const heartbeat = (): string => sse('heartbeat', JSON.stringify(peer.ruleset.revision));

  const server = http.createServer((request, response) => {
    const path = request.url ?? '';
    peer.requests.push({ method: request.method ?? '', path, headers: request.headers, at: performance.now() });
    if (peer.script?.(request, response) === true) return;
    if (path === '/sdk/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      streams.add(response);
      response.on('close', () => streams.delete(response));
      const current = request.headers['last-event-id'] === revisionId(peer.ruleset.revision);
      response.write(current ? heartbeat() : snapshot() + heartbeat());
    } else if (path === '/sdk/ruleset') {
      const etag = `"${revisionId(peer.ruleset.revision)}"`;
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { 'content-type': 'application/json', etag }).end(envelope('ruleset', peer.ruleset));
    } else if (path === '/sdk/reports') {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (part: string) => {
        body += part;
      });
      request.on('end', () => {
        peer.reports.push(JSON.parse(body) as Report);
        response.writeHead(202).end();
      });
    } else {
      response.writeHead(404).end();
    }
  });
  server.on('connection', (socket) => {
    open.add(socket);
    most = Math.max(most, open.size);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const peer: Peer = {
    url: `http://127.0.0.1:${port}`,
    port,
    reports: [],
    requests: [],
    script: undefined,
    ruleset,
    publish(flags, extra = {}) {
      const { epoch, n } = peer.ruleset.revision;
      const revision = { epoch, n: n + 1 };
      const delta: Delta = { schema: 1, revision, flags, segments: [], removedFlags: [], removedSegments: [], ...extra };
      const keys = new Set(flags.map((flag) => flag.key));
      peer.ruleset = {
        ...peer.ruleset,
        revision,
        flags: [...peer.ruleset.flags.filter((flag) => !keys.has(flag.key)), ...flags],
      };
      peer.broadcast(sse('delta', envelope('delta', delta), revisionId(revision)));
      return revision;
    },
    broadcast(text) {
      for (const stream of streams) stream.write(text);
    },
    override: (override) => peer.broadcast(sse('override', JSON.stringify(override))),
    streams: () => streams.size,
    sockets: () => ({ now: open.size, most }),
    cut() {
      for (const socket of open) socket.destroy();
    },
    async close() {
      peer.cut();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return peer;
}
