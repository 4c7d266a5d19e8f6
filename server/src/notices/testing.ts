import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Notice, NoticeRoute } from '../domain/notice/notice.ts';

/** How old a webhook may be, ms, as the Standard Webhooks specification advises. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * What a receiver of our webhooks does: it believes a body only when one of the signatures is right under a secret that it has,
 * the time is near its own, and it has not seen the id. A sample to copy, in any language: three headers and one HMAC.
 */
export function createReceiver(secrets: readonly string[], clock: () => number) {
  const seen = new Set<string>();
  return (headers: IncomingHttpHeaders, body: string): 'taken' | 'forged' | 'too old' | 'seen before' => {
    const [id, time, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => String(headers[name]));
    const isRight = String(signatures)
      .split(' ')
      .some((signature) => secrets.some((secret) => equal(signature, expected(secret, `${id}.${time}.${body}`))));
    if (!isRight) return 'forged';
    if (!(Math.abs(clock() - Number(time) * 1000) <= TOLERANCE_MS)) return 'too old';
    if (seen.has(String(id))) return 'seen before';
    seen.add(String(id));
    return 'taken';
  };
}

function expected(secret: string, signed: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

export interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A webhook target on loopback, at a free port unless one is named. `status` is what it answers; 0: it never does. */
export async function startTarget(at = 0) {
  const posted: Posted[] = [];
  const target = { posted, status: 200, port: 0, url: '', close: async () => undefined as undefined };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      posted.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      if (target.status > 0) response.writeHead(target.status).end('a body that nobody reads');
    });
  });
  await new Promise<void>((done) => server.listen(at, '127.0.0.1', done));
  target.port = (server.address() as AddressInfo).port;
  target.url = `http://127.0.0.1:${target.port}/hook`;
  target.close = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    return undefined;
  };
  return target;
}

/** A real mail server on loopback; `refuse` makes it refuse every mail. */
export async function startMailServer(login?: { readonly user: string; readonly pass: string }) {
  const mails: { from: string; to: string[]; text: string; secure: boolean }[] = [];
  const state = { refuse: false };
  const server = new SMTPServer({
    authOptional: login === undefined,
    disabledCommands: login === undefined ? ['AUTH', 'STARTTLS'] : [],
    logger: false,
    onAuth: (auth, _session, done) => {
      const good = auth.username === login?.user && auth.password === login?.pass;
      done(good ? null : new Error('no'), good ? { user: auth.username } : undefined);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (state.refuse) return done(new Error('not now'));
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        const text = Buffer.concat(chunks).toString('utf8');
        mails.push({ from, to: rcptTo.map(({ address }) => address), text, secure: session.secure });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.server.address() as AddressInfo;
  return { mails, state, port, close: () => new Promise<void>((done) => server.close(() => done())) };
}

/** A notice about a flag of this name. */
export function noticeOf(flag: string, over: Partial<Notice> = {}): Notice {
  return {
    ...{ event: 'flag.killed', project: 'shop', environment: 'live', flag, rollout: null },
    sentence: `Ada killed ${flag} in live: it burns; everyone gets “off” until a person restores it.`,
    path: `/projects/shop/flags/${encodeURIComponent(flag)}`,
    ...over,
  };
}

/** A route to this target, wanting everything. */
export function routeTo(target: NoticeRoute['target'], over: Partial<NoticeRoute> = {}): NoticeRoute {
  const plain = { project: 'shop', key: 'hook', name: 'Hook', events: [], environments: [], disabled: false, createdAt: 0 };
  return { ...plain, target, ...over };
}
