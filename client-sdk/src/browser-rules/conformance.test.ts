import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_NOW, loadCases } from '../../../conformance/cases.ts';
import { type Peer, startPeer } from '../../test/peer.ts';
import { type Client, createClient } from './index.ts';

// cases that fix the draw are the engine's: here the client draws
const files = loadCases().map((file) => ({ ...file, cases: file.cases.filter((one) => one.draw === undefined) }));
const FALLBACK = { boolean: true, string: 'fallback', number: -1, json: ['fallback'] } as const;

let client: Client | undefined;
let peer: Peer | undefined;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: DEFAULT_NOW });
});
afterEach(async () => {
  vi.useRealTimers();
  client?.close();
  await peer?.close();
});

describe.each(files.filter((file) => file.cases.length > 0))('$topic: $about', ({ ruleset, cases }) => {
  test(`${cases.length} cases answer through the client as they do in the engine`, async () => {
    peer = await startPeer(ruleset);
    client = createClient({ url: peer.url, key: 'key', log: false });
    expect((await client.ready({ timeout: 20_000 })).source).toBe('live');
    for (const { name, flag, context, now = DEFAULT_NOW, expect: wanted } of cases) {
      vi.setSystemTime(now);
      void client.identify(context);
      const fallback = FALLBACK[ruleset.flags.find((one) => one.key === flag)?.type ?? 'boolean'];
      // `by` is what a page adds to a ramped flag's answer
      const { revision, errorMessage, key, by: _by, ...answer } = client.detail<unknown>(flag, fallback);
      const value = wanted.value === null ? fallback : (wanted.value ?? fallback);
      expect(answer, name).toEqual({ ...wanted, value });
      expect([key, revision], name).toEqual([flag, ruleset.revision]);
      expect(errorMessage === undefined, name).toBe(wanted.errorCode === undefined);
    }
  });
});

test('enough of the cases come this way', () => {
  expect(files.flatMap((file) => file.cases).length).toBeGreaterThanOrEqual(500);
});
