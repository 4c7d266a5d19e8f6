import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { BurgeeError } from '../domain/errors.ts';
import type { Outbound, OutboundAnswer } from '../domain/ports.ts';
import { AddressPolicy, refused } from './addresses.ts';

const MAX_BYTES = 1024 * 1024;

/** Finds all addresses of a name; the system's resolver unless a test brings its own. */
export type Resolve = (host: string, callback: (error: Error | null, addresses: readonly LookupAddress[]) => void) => void;

const resolveBySystem: Resolve = (host, callback) => {
  systemLookup(host, { all: true }, (error, addresses) => callback(error, addresses ?? []));
};

/**
 * Makes the one outbound client. `allow` is BURGEE_OUTBOUND_ALLOW. Names are resolved here and the connection goes to the very
 * address that was judged, so a name that changes its address between two look-ups gains nothing.
 */
export function createOutbound(options: {
  readonly allow: readonly string[];
  readonly resolve?: Resolve;
}): Outbound & { close(): Promise<void> } {
  const policy = new AddressPolicy(options.allow);
  const resolve = options.resolve ?? resolveBySystem;
  const agents = new Map<string, Agent>();

  const judgedLookup =
    (port: number, secure: boolean): LookupFunction =>
    (host, lookupOptions, callback) => {
      resolve(host, (error, addresses) => {
        if (error !== null) return callback(error, '', 0);
        for (const { address } of addresses) {
          const reason = policy.refuseAddress(address, { host, port, secure });
          if (reason !== null) return callback(refused(reason), '', 0);
        }
        const first = addresses[0];
        if (first === undefined) return callback(new Error(`${host} has no address`), '', 0);
        if (lookupOptions.all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      });
    };

  const agentFor = (port: number, secure: boolean): Agent => {
    const name = `${port}${secure ? 's' : ''}`;
    const known = agents.get(name);
    if (known !== undefined) return known;
    const agent = new Agent({ connect: { lookup: judgedLookup(port, secure) }, keepAliveTimeout: 10_000, connections: 16 });
    agents.set(name, agent);
    return agent;
  };

  const parse = (text: string): URL => {
    if (!URL.canParse(text)) throw refused(`not a URL: ${text.slice(0, 200)}`);
    const url = new URL(text);
    const reason = policy.refuseUrl(url);
    if (reason !== null) throw refused(reason);
    return url;
  };

  return {
    check(url) {
      parse(url);
    },
    async request(input) {
      const url = parse(input.url);
      const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
      const signal = AbortSignal.timeout(input.timeoutMs);
      try {
        const answer = await request(url, {
          method: input.method ?? 'GET',
          headers: { 'user-agent': 'burgee', ...input.headers },
          body: input.body ?? null,
          dispatcher: agentFor(port, url.protocol === 'https:'),
          signal,
        });
        if (answer.statusCode >= 300 && answer.statusCode < 400) {
          // A body that is given up says so as an error, which nobody else hears.
          answer.body.on('error', () => undefined).destroy();
          throw new BurgeeError(
            'unavailable',
            `${url.host} answered with a redirect (${answer.statusCode}), which is not followed`,
          );
        }
        return {
          status: answer.statusCode,
          headers: flat(answer.headers),
          text: await readAll(answer.body, input.maxBytes ?? MAX_BYTES, url.host),
        };
      } catch (error) {
        if (error instanceof BurgeeError) throw error;
        const cause = error instanceof Error && error.cause instanceof BurgeeError ? error.cause : error;
        if (cause instanceof BurgeeError) throw cause;
        const reason = signal.aborted ? `no answer within ${input.timeoutMs} ms` : reasonOf(error);
        throw new BurgeeError('unavailable', `${url.host}: ${reason}`, {}, error);
      }
    },
    async resolve({ host, port, timeoutMs }) {
      const about = { host, port, secure: true };
      const portRefused = policy.refusePort(host, port);
      if (portRefused !== null) throw refused(portRefused);
      const literal = host.replace(/^\[|\]$/g, '');
      const addresses = isIP(literal) ? [literal] : await within(timeoutMs, host, resolve);
      for (const address of addresses) {
        const reason = policy.refuseAddress(address, about);
        if (reason !== null) throw refused(reason);
      }
      const [first] = addresses;
      if (first === undefined) throw new BurgeeError('unavailable', `${host} has no address`);
      return first;
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

function within(timeoutMs: number, host: string, resolve: Resolve): Promise<string[]> {
  return new Promise((done, fail) => {
    const late = () => fail(new BurgeeError('unavailable', `${host}: not resolved within ${timeoutMs} ms`));
    const timer = setTimeout(late, timeoutMs);
    resolve(host, (error, addresses) => {
      clearTimeout(timer);
      if (error === null) done(addresses.map(({ address }) => address));
      else fail(new BurgeeError('unavailable', `${host}: ${reasonOf(error)}`, {}, error));
    });
  });
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): OutboundAnswer['headers'] {
  return new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

async function readAll(body: AsyncIterable<Buffer> & { destroy(): unknown }, limit: number, host: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) {
      body.destroy();
      throw new BurgeeError('unavailable', `${host} sent more than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no connection';
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : error.message;
}
