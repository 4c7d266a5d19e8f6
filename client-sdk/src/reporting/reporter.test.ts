import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/fake-clock.ts';
import { type Peer, startPeer } from '../../test/peer.ts';
import { ruleset, sleep, until } from '../../test/rulesets.ts';
import { createNodeTransport } from '../node/transport.ts';
import { createAttributeNames } from './attributes.ts';
import { createExposures, type Exposures } from './exposures.ts';
import { createReporter, type Reporter } from './reporter.ts';
import { createTally, type Tally } from './tally.ts';
import { createUnknownFlags } from './unknown.ts';
import { createWork } from './work.ts';

let peer: Peer;
let clock: FakeClock;
let exposures: Exposures;
let tally: Tally;
let reporter: Reporter;
const MARK = { rollout: 'r', controlSample: 1, flushMs: 2_000, openMs: 30_000, changedAt: 1, cutoffsMs: [] };

beforeEach(async () => {
  peer = await startPeer(ruleset([]));
  clock = createFakeClock();
  exposures = createExposures();
  tally = createTally(() => undefined);
  reporter = createReporter({
    transport: createNodeTransport(new URL(peer.url), { authorization: 'Bearer key' }),
    clock,
    random: () => 0.5,
    identity: { instance: createHash('sha256').update('x').digest('hex'), sdk: 's', app: 'a', platform: 'p' },
    revision: () => ({ epoch: 1, n: 1 }),
    tally,
    work: createWork(),
    attributes: createAttributeNames(),
    unknown: createUnknownFlags(),
    exposures,
  });
});
afterEach(async () => {
  await peer.close();
});

/** Lets the next timer fire, and no more: a request that it sends must not time out in the same breath. */
const tick = (): void => clock.advance(clock.nextIn() ?? 0);
const count = (times: number): void => {
  const slot = { count: 0 };
  for (let i = 0; i < times; i++) tally.observer.decided('f', null, 'on', slot);
};
const counted = (): number => peer.reports.flatMap((report) => report.counts).reduce((sum, row) => sum + row.count, 0);

test('reports once a minute, and as often as a ramped rule asks', async () => {
  reporter.start();
  clock.advance(29_000);
  await sleep(20);
  expect(peer.requests).toHaveLength(0);
  clock.advance(1_001);
  await until(() => peer.reports.length === 1 && Number(clock.nextIn()) > 50_000);
  exposures.ramps([MARK], clock.monotonic());
  reporter.replan();
  expect(clock.nextIn()).toBeLessThanOrEqual(2_000);
  count(3);
  clock.advance(2_000);
  await until(() => counted() === 3);
});

test('an opened exposure is told within 200 ms when it hurries', async () => {
  reporter.start();
  exposures.ramps([MARK], 0);
  const scope = { startedAt: 0, open: new Set<never>(), ended: false };
  if (exposures.meet({ ramp: MARK, arm: 'treatment', percent: 1, unit: 'u', scope, now: 0 })) reporter.hurry();
  expect(clock.nextIn()).toBeLessThanOrEqual(200);
  clock.advance(200);
  await until(() => peer.reports[0]?.rollouts[0]?.arms[0]?.opened !== undefined);
});

test('a report that fails is sent again as it was, with its own sequence, and later counts wait for the next', async () => {
  const bodies: string[] = [];
  let failing = true;
  peer.script = (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(failing ? 503 : 202).end();
    });
    return true;
  };
  reporter.start();
  count(2);
  for (let i = 0; i < 4; i++) {
    tick();
    await until(() => bodies.length === i + 1 && clock.nextIn() !== 10_000);
    count(1);
  }
  expect(new Set(bodies).size).toBe(1);
  expect(reporter.status().failing).toBe('/sdk/reports: HTTP 503');
  failing = false;
  for (let i = 0; i < 2; i++) {
    tick();
    await until(() => reporter.status().sent === i + 1);
  }
  const sent = bodies.slice(4).map((body) => JSON.parse(body) as { sequence: number; counts: { count: number }[] });
  expect(sent.map((report) => report.sequence)).toEqual([1, 2]);
  expect(sent.map((report) => report.counts.map((row) => row.count))).toEqual([[2], [4]]);
  expect(reporter.status()).toMatchObject({ sent: 2, dropped: 0, failing: null });
});

test('waits as Retry-After says, and for minutes where the key is refused', async () => {
  peer.script = (_request, response) => {
    response.writeHead(peer.requests.length === 1 ? 429 : 401, { 'retry-after': peer.requests.length === 1 ? '40' : 'x' }).end();
    return true;
  };
  reporter.start();
  clock.advance(30_001);
  await until(() => reporter.status().failing !== null);
  expect(clock.nextIn()).toBeGreaterThanOrEqual(40_000);
  tick();
  await until(() => reporter.status().failing === '/sdk/reports: HTTP 401');
  expect(clock.nextIn()).toBeGreaterThanOrEqual(60_000);
});

test('a report that the server will never take is dropped, counted, and not in the way', async () => {
  let status = 400;
  peer.script = (request, response) => {
    if (status === 202) return false;
    request.resume();
    response.writeHead(status).end();
    return true;
  };
  exposures.ramps([MARK], 0);
  const scope = { startedAt: 0, open: new Set<never>(), ended: false };
  exposures.meet({ ramp: MARK, arm: 'treatment', percent: 1, unit: 'u', scope, now: 0 });
  exposures.end(scope, { failed: false, durationMs: 1 });
  reporter.start();
  clock.advance(2_001);
  await until(() => reporter.status().dropped === 1);
  status = 202;
  count(1);
  clock.advance(10_000);
  await until(() => counted() === 1);
});

test('closing sends what is left, once, and gives up in time where the server does not answer', async () => {
  reporter.start();
  count(5);
  await reporter.close(1_000);
  expect(counted()).toBe(5);
  expect(clock.pending()).toBe(0);
  await reporter.close(1_000);
  expect(peer.reports).toHaveLength(1);
});

test('a server that is mute does not hold closing up', async () => {
  peer.script = () => true;
  reporter.start();
  count(5);
  const closing = reporter.close(1_000);
  await until(() => peer.requests.length === 1);
  clock.advance(1_000);
  await closing;
  expect(clock.pending()).toBe(0);
  await until(() => peer.sockets().now === 0);
});
