import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Report } from '@burgee/engine';

/** A server of this process, on a port of its own. */
export interface Endpoint {
  readonly url: string;
  close(): Promise<void>;
}

async function listen(server: http.Server): Promise<Endpoint> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** A {@link serveSink}. */
export interface Sink extends Endpoint {
  /** Bytes that were sent to it. */
  received(): number;
}

/** Takes whatever is sent to it, as the services behind peers do, and forgets it. */
export async function serveSink(): Promise<Sink> {
  let received = 0;
  const endpoint = await listen(
    http.createServer((request, response) => {
      request.on('data', (bytes: Buffer) => {
        received += bytes.length;
      });
      request.on('end', () => response.writeHead(202, { 'content-type': 'application/json' }).end('{}'));
    }),
  );
  return { ...endpoint, received: () => received };
}

/** The envelope in which rulesets and deltas travel. */
export function sealed(kind: 'ruleset' | 'delta', body: string): string {
  return `{"sha256":"${createHash('sha256').update(body).digest('hex')}","${kind}":${body}}`;
}

/** Where our own clients connect. */
export interface RulesetEndpoint extends Endpoint {
  /** Evaluations that reports have told of. */
  counted(): number;
  /** How many streams are open. */
  streams(): number;
  /** Sends an event to every open stream. */
  send(event: 'snapshot' | 'delta', id: string, envelope: string): void;
}

/** Speaks as much of Burgee's protocol as a client needs: one ruleset, its stream, and reports, which are added up. */
export async function serveRuleset(ruleset: string): Promise<RulesetEndpoint> {
  const streams = new Set<http.ServerResponse>();
  let counted = 0;
  const write = (stream: http.ServerResponse, event: string, id: string, data: string): void =>
    void stream.write(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`);
  const endpoint = await listen(
    http.createServer(async (request, response) => {
      if (request.url === '/sdk/stream') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        streams.add(response);
        response.on('close', () => streams.delete(response));
        return write(response, 'snapshot', '1.1', sealed('ruleset', ruleset));
      }
      if (request.url !== '/sdk/reports') return void response.writeHead(404).end();
      const { counts } = JSON.parse(await bodyOf(request)) as Report;
      for (const { count } of counts) counted += count;
      response.writeHead(202).end();
    }),
  );
  return {
    ...endpoint,
    counted: () => counted,
    streams: () => streams.size,
    send(event, id, envelope) {
      for (const stream of streams) write(stream, event, id, envelope);
    },
  };
}
