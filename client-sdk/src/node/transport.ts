import http from 'node:http';
import https from 'node:https';
import { createGunzip } from 'node:zlib';
import type { Clock, Exchange, ExchangeHandler, Transport, TransportFailure } from '../delivery/transport.ts';

/** Node's wall and monotonic clocks; its timers never keep the process alive. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  after(ms, run, keepAlive) {
    const timer = setTimeout(run, ms);
    if (keepAlive === undefined) timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * HTTP by `node:http` and `node:https`: a fresh socket for each exchange, closed with it, so that nothing is pooled or left over;
 * sockets never keep the process alive. Redirects are not followed, proxies and cookies not used.
 */
export function createNodeTransport(url: URL, headers: Readonly<Record<string, string>>): Transport {
  const base = url.href.replace(/\/$/, '');
  const { request } = url.protocol === 'https:' ? https : http;
  return {
    open(wanted, handler) {
      let over = false;
      const end = (failure?: TransportFailure): void => {
        if (over) return;
        over = true;
        outgoing.destroy();
        handler.end(failure);
      };
      const guarded: ExchangeHandler = {
        head: (status, header) => (over ? undefined : handler.head(status, header)),
        chunk: (bytes) => (over ? undefined : handler.chunk(bytes)),
        end,
      };
      const body = wanted.body === undefined ? undefined : Buffer.from(wanted.body);
      const sent = { ...headers, ...wanted.headers, ...(body === undefined ? {} : { 'content-length': String(body.length) }) };
      const outgoing = request(`${base}${wanted.path}`, { method: wanted.method, headers: sent, agent: false });
      outgoing.on('socket', (socket) => {
        socket.unref();
        socket.setNoDelay(true);
        socket.setKeepAlive(true, 30_000);
      });
      outgoing.on('error', (error) => end(describe(error)));
      outgoing.on('response', (response) => read(response, wanted.maxBytes ?? Number.POSITIVE_INFINITY, guarded));
      outgoing.end(body);
      const exchange: Exchange = {
        abort() {
          over = true;
          outgoing.destroy();
        },
      };
      return exchange;
    },
  };
}

function read(response: http.IncomingMessage, maxBytes: number, handler: ExchangeHandler): void {
  const header = (name: string): string | undefined => {
    const value = response.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  response.on('error', (error) => handler.end(describe(error)));
  response.on('close', () => {
    if (!response.complete) handler.end({ code: 'network', message: 'the connection broke off' });
  });
  const encoding = header('content-encoding') ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') {
    handler.end({ code: 'encoding', message: `content-encoding ${encoding} was not asked for` });
    return;
  }
  handler.head(response.statusCode ?? 0, header);
  let bytes = 0;
  const chunk = (part: Buffer): void => {
    bytes += part.length;
    if (bytes > maxBytes) handler.end({ code: 'too-large', message: `the answer exceeds ${maxBytes} bytes` });
    else handler.chunk(part);
  };
  if (encoding === 'identity') {
    response.on('data', chunk);
    response.on('end', () => handler.end());
    return;
  }
  const gunzip = createGunzip();
  gunzip.on('data', chunk);
  gunzip.on('end', () => handler.end());
  gunzip.on('error', (error) => handler.end({ code: 'encoding', message: `not gzip: ${error.message}` }));
  response.pipe(gunzip);
}

const TLS = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO|HOSTNAME_MISMATCH|INVALID_CA)/;

function describe(error: NodeJS.ErrnoException): TransportFailure {
  return {
    code: TLS.test(error.code ?? '') ? 'tls' : 'network',
    message: error.message || (error.code ?? 'the connection failed'),
  };
}
