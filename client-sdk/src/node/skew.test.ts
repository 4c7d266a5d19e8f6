import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Peer, startPeer } from '../../test/peer.ts';
import { flag, ruleset, sleep, until } from '../../test/rulesets.ts';
import { createClient } from './index.ts';

const TEN_YEARS_MS = 10 * 365.25 * 86_400_000;

let peer: Peer;
beforeEach(async () => {
  peer = await startPeer(ruleset([flag('a')]));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await peer.close();
});

/** From the year 2026 on, by the clock of the machine that evaluates. */
const timed = flag('timed', {
  defaultVariant: 'off',
  rules: [
    {
      id: 'r',
      percent: 100,
      by: 'default',
      serve: { variant: 'on' },
      when: { attribute: 'currentTime', operator: 'date_after', values: ['2026-01-01T00:00:00Z'] },
    },
  ],
});

test.each([
  ['ten years slow', -TEN_YEARS_MS],
  ['ten years fast', TEN_YEARS_MS],
])('with a clock that is %s changes come, nothing is hurried, and rules on the time follow that clock', async (_name, skewMs) => {
  const real = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + skewMs);
  peer.ruleset = ruleset([flag('a'), timed]);
  const client = createClient({ url: peer.url, key: 'key', log: false });
  await client.ready({ timeout: 10_000 });
  peer.publish([flag('b')]);
  await until(() => client.boolean('b', {}, false));
  expect(client.boolean('timed', {}, false)).toBe(skewMs > 0);
  expect(client.boolean('timed', { currentTime: new Date(real()) }, false)).toBe(true);
  peer.script = (_request, response) => {
    response.writeHead(503, { 'retry-after': new Date(real() + 60_000).toUTCString() }).end();
    return true;
  };
  const before = peer.requests.length;
  peer.cut();
  await until(() => peer.requests.length > before);
  await sleep(500);
  expect(peer.requests.length).toBe(before + 1);
  await client.close({ timeout: 50 });
});

test('a clock that jumps while the client runs makes it neither stale nor busy', async () => {
  const client = createClient({ url: peer.url, key: 'key', log: false });
  await client.ready({ timeout: 10_000 });
  const real = Date.now;
  let skewMs = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + skewMs);
  for (const jump of [TEN_YEARS_MS, -TEN_YEARS_MS]) {
    skewMs = jump;
    await sleep(200);
    expect(client.status()).toMatchObject({ stale: false, connection: 'streaming' });
  }
  expect(peer.requests.filter(({ path }) => path !== '/sdk/reports')).toHaveLength(1);
  await client.close({ timeout: 50 });
});
