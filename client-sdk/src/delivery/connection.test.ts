import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Link, link, mulberry32 } from '../../test/link.ts';
import { envelope, type Peer, sse, startPeer } from '../../test/peer.ts';
import { flag, ruleset, sleep, until } from '../../test/rulesets.ts';

let peer: Peer;
const links: Link[] = [];
const connect = (options: Parameters<typeof link>[1] = {}): Link => {
  const made = link(peer, options);
  links.push(made);
  made.connection.start();
  return made;
};
const holds = (one: Link, n: number) => () => one.holder.revision()?.n === n;

beforeEach(async () => {
  peer = await startPeer(ruleset([flag('a')]));
});
afterEach(async () => {
  for (const one of links.splice(0)) one.connection.close();
  await peer.close();
});

describe('never gives up', () => {
  const statuses = [400, 401, 403, 404, 405, 408, 413, 429, 500, 501, 502, 503, 504];
  const cases = statuses.flatMap((status) => ['initial', 'reconnect'].map((when) => [status, when] as const));
  test.each(cases)('recovers from %i at the %s connection', async (status, when) => {
    const one = when === 'initial' ? undefined : connect({ seed: status });
    if (one !== undefined) await until(holds(one, 1));
    peer.script = (_request, response) => {
      response.writeHead(status).end('no');
      return true;
    };
    if (one !== undefined) peer.cut();
    const tried = one ?? connect({ seed: status });
    await tried.passUntil(() => tried.failures.filter((failure) => failure.status === status).length >= 4, 3_600_000, 5_000);
    peer.script = undefined;
    peer.publish([flag('b')]);
    // at most the extended pause, 5 min
    await tried.passUntil(holds(tried, 2), 301_000, 5_000);
    expect(tried.holder.source()).toBe('live');
  });

  test.each(cases)(
    '%i at the %s connection with Retry-After: nothing is asked before it, and soon after',
    async (status, when) => {
      const one = when === 'initial' ? undefined : connect({ seed: status });
      if (one !== undefined) await until(holds(one, 1));
      peer.script = (_request, response) => {
        response.writeHead(status, { 'retry-after': '20' }).end('no');
        return true;
      };
      if (one !== undefined) peer.cut();
      const tried = one ?? connect({ seed: status });
      await tried.passUntil(() => tried.failures.some((failure) => failure.status === status), 5_000);
      const before = peer.requests.length;
      for (let ms = 0; ms < 19_500; ms += 500) {
        tried.clock.advance(500);
        await sleep(0);
      }
      await sleep(5);
      expect(peer.requests).toHaveLength(before);
      await tried.passUntil(() => peer.requests.length > before, 11_000);
    },
  );

  test('control: without Retry-After the same 20 s see requests', async () => {
    peer.script = (_request, response) => {
      response.writeHead(503).end('no');
      return true;
    };
    const one = connect();
    await until(() => one.failures.length > 0);
    const before = peer.requests.length;
    await one.passUntil(() => peer.requests.length > before, 20_000);
  });
});

test.each([401, 403])('%i is tried again after 1 to 5 minutes, not sooner', async (status) => {
  peer.script = (_request, response) => {
    response.writeHead(status).end();
    return true;
  };
  const one = connect();
  await until(() => one.failures.length === 1);
  one.clock.advance(59_000);
  expect(peer.requests).toHaveLength(1);
  const passed = await one.passUntil(() => peer.requests.length > 1, 242_000, 1_000);
  expect(passed).toBeLessThanOrEqual(242_000);
});

test('no request before Retry-After, and 50 clients come back spread over at least half of it', async () => {
  peer.script = (_request, response) => {
    response.writeHead(503, { 'retry-after': '30' }).end();
    return true;
  };
  const random = mulberry32(5);
  const waits: number[] = [];
  for (let i = 0; i < 50; i++) {
    const one = connect({ random: () => random() });
    await until(() => one.failures.length === 1);
    waits.push(one.clock.nextIn() ?? 0);
    expect(one.clock.pending()).toBe(1);
  }
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(30_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(45_000);
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(12_000);
});

const FLAPS = Number(process.env.BURGEE_FLAPS ?? 100);

test(`a server that flaps ${FLAPS} times meets one socket and one timer, and ever longer pauses`, async () => {
  const one = connect({ seed: 3 });
  await until(holds(one, 1));
  const pauses: number[] = [];
  for (let round = 0; round < FLAPS; round++) {
    // every kind of end at once: an event that cannot be applied, the end of the body, the end of the socket
    peer.broadcast('event: snapshot\ndata: broken\n\n');
    peer.cut();
    await until(() => one.connection.mode() === 'waiting');
    expect(one.clock.pending()).toBe(1);
    pauses.push(one.clock.nextIn() ?? 0);
    await one.passUntil(() => one.connection.mode() === 'streaming', 61_000, 1_000);
    await until(() => peer.streams() === 1);
    expect(one.clock.pending()).toBe(1);
  }
  expect(peer.sockets()).toEqual({ now: 1, most: 1 });
  expect(peer.requests.length).toBeLessThanOrEqual(2 * FLAPS + 1);
  const late = pauses.slice(20);
  expect(late.reduce((sum, pause) => sum + pause, 0) / late.length).toBeGreaterThan(15_000);
});

test('two connections would be seen by the count of sockets', async () => {
  connect();
  connect();
  await until(() => peer.streams() === 2);
  expect(peer.sockets().most).toBe(2);
});

test('a short outage is not taken for a dead stream, although timers fire a little early', async () => {
  const one = connect({ earlyMs: 0.4, seed: 8 });
  await until(holds(one, 1));
  peer.script = (request) => {
    request.socket.destroy();
    return true;
  };
  peer.cut();
  const outages = () => one.failures.filter((failure) => failure.code === 'network').length;
  await one.passUntil(() => outages() >= 4, 30_000);
  peer.script = undefined;
  await one.passUntil(() => one.connection.mode() === 'streaming', 61_000);
  expect(peer.requests.filter((request) => request.path !== '/sdk/stream')).toEqual([]);
});

test('a stream that is refused is polled instead, and streamed again once it may be', async () => {
  peer.script = (request, response) => {
    if (request.url !== '/sdk/stream') return false;
    response.writeHead(500).end();
    return true;
  };
  const one = connect();
  await one.passUntil(holds(one, 1), 30_000);
  peer.publish([flag('b')]);
  await one.passUntil(holds(one, 2), 65_000);
  expect(peer.requests.some((request) => request.headers['if-none-match'] === '"1.1"')).toBe(true);
  expect(peer.sockets().most).toBe(1);
  peer.script = undefined;
  await one.passUntil(() => one.connection.mode() === 'streaming', 65_000);
});

test('a poll brings an override, which comes without a revision', async () => {
  const override = { id: 'o1', flag: 'a', rule: 'r', percent: 0 };
  let lowered = false;
  peer.script = (request, response) => {
    if (request.url === '/sdk/stream') {
      response.writeHead(500).end();
      return true;
    }
    if (!lowered || request.headers['if-none-match'] === '"1.1-o1"') return false;
    response.writeHead(200, { 'content-type': 'application/json', etag: '"1.1-o1"' });
    response.end(envelope('ruleset', { ...peer.ruleset, overrides: [override] }));
    return true;
  };
  const one = connect();
  await one.passUntil(holds(one, 1), 30_000);
  expect(one.holder.ruleset()?.overrides ?? []).toEqual([]);
  lowered = true;
  await one.passUntil(() => one.holder.ruleset()?.overrides?.length === 1, 65_000);
  expect(one.holder.revision()).toEqual({ epoch: 1, n: 1 });
});

test('a stream that a proxy swallows is found out by its silence', async () => {
  const swallow: Peer['script'] = (request, response) => {
    if (request.url !== '/sdk/stream') return false;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    return true;
  };
  peer.script = swallow;
  const one = connect();
  await one.passUntil(holds(one, 1), 47_000);
  for (let n = 2; n < 6; n++) {
    peer.publish([flag('b')]);
    await one.passUntil(holds(one, n), 66_000);
  }
});

test('a half-open stream is given up within 45 s', async () => {
  const one = connect();
  await until(holds(one, 1));
  const before = peer.requests.length;
  const passed = await one.passUntil(() => one.failures.some((failure) => failure.code === 'silent'), 46_000, 1_000);
  expect(passed).toBeLessThanOrEqual(46_000);
  await one.passUntil(() => peer.requests.length > before, 2_000);
});

test('a heartbeat that is ahead brings a snapshot', async () => {
  const one = connect();
  await until(holds(one, 1));
  // the event is lost on the way
  peer.ruleset = { ...peer.ruleset, revision: { epoch: 1, n: 2 } };
  peer.broadcast(sse('heartbeat', JSON.stringify(peer.ruleset.revision)));
  await one.passUntil(holds(one, 2), 5_000, 10);
  expect(peer.requests.at(-1)?.headers['last-event-id']).toBeUndefined();
});

test('reconnects with the revision that was applied, never with one that was not', async () => {
  const one = connect();
  await until(holds(one, 1));
  const damaged = envelope('delta', { schema: 1, revision: { epoch: 1, n: 2 } }).replace('"schema"', '"shcema"');
  peer.broadcast(sse('delta', damaged, '1.2'));
  await until(() => one.failures.length === 1);
  expect(one.failures[0]?.code).toBe('damaged');
  expect(one.holder.revision()).toEqual({ epoch: 1, n: 1 });
  await one.passUntil(() => peer.requests.length === 2, 2_000);
  expect(peer.requests[1]?.headers['last-event-id']).toBeUndefined();
  await until(() => one.connection.mode() === 'streaming' && one.confirmed() > 2);
  peer.cut();
  await one.passUntil(() => peer.requests.length === 3, 61_000);
  expect(peer.requests[2]?.headers['last-event-id']).toBe('1.1');
});

test('goodbye is followed by the pause that the server asks for', async () => {
  const one = connect();
  await until(holds(one, 1));
  peer.broadcast(sse('goodbye', JSON.stringify({ retryMs: 7_000 })));
  await until(() => one.connection.mode() === 'waiting');
  expect(one.clock.nextIn()).toBe(7_000);
});

test.each([301, 302, 307, 308])('a redirect (%i) is refused: nobody else sees the key', async (status) => {
  const other = await startPeer(ruleset([flag('evil')]));
  peer.script = (request, response) => {
    response.writeHead(status, { location: `${other.url}${request.url}` }).end();
    return true;
  };
  const one = connect();
  await until(() => one.failures.length === 1);
  expect(one.failures[0]?.code).toBe('redirect');
  one.clock.advance(600_000);
  await until(() => peer.requests.length > 1);
  expect(other.requests).toEqual([]);
  await other.close();
});

test('another project is refused, and what is held stays', async () => {
  const one = connect();
  await until(holds(one, 1));
  const foreign = ruleset([flag('x')], { environment: 'development', revision: { epoch: 9, n: 9 } });
  peer.broadcast(sse('snapshot', envelope('ruleset', foreign), '9.9'));
  await until(() => one.failures.length === 1);
  expect(one.failures[0]?.code).toBe('foreign');
  expect(one.holder.ruleset()?.environment).toBe('production');
});
