import { expect, test } from 'vitest';
import { bundle } from '../../test/bundle.ts';
import * as entry from './index.ts';

/** Minified and compressed with gzip. */
const MOST_BYTES = 4_000;
const OWN = /^client-sdk\/src\/browser\//;

test('the entry exports what was chosen, no more', () => {
  expect(Object.keys(entry)).toEqual(['createClient']);
});

test('a client has what was chosen, no more', () => {
  const client = entry.createClient({ url: 'http://127.0.0.1:1', key: 'key', log: false });
  const reads = ['boolean', 'string', 'number', 'json', 'detail', 'peek'];
  expect(Object.keys(client).sort()).toEqual(
    [...reads, 'ready', 'on', 'identify', 'outcome', 'status', 'values', 'close'].sort(),
  );
  client.close();
});

test(`the bundle is its own files alone, at most ${MOST_BYTES} bytes`, async () => {
  const { eager, lazy, packages, bytes, through } = (await bundle({ entry: 'browser/index.ts' }, 'browser', true)).of('entry');
  // what leaked, and through which import
  expect(eager.filter((file) => !OWN.test(file)).map(through)).toEqual([]);
  expect([lazy, packages]).toEqual([[], []]);
  console.log(`@burgee/client-sdk/browser: ${bytes} bytes gzip`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
});

test('control: an entry that takes the engine along is caught, by the import that did it', async () => {
  const { eager, bytes, through } = (await bundle({ entry: 'node/index.ts' }, 'node', true)).of('entry');
  const leaked = eager.filter((file) => !OWN.test(file)).map(through);
  expect(leaked).toContainEqual(expect.stringMatching(/^engine\/src\/evaluate\.ts, imported by .*engine\/src\/index\.ts/));
  expect(bytes).toBeGreaterThan(MOST_BYTES);
});
