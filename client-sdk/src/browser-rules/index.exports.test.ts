import { expect, test } from 'vitest';
import { bundle } from '../../test/bundle.ts';
import * as entry from './index.ts';

/** Minified and compressed with gzip, with the engine inside. */
const MOST_BYTES = 7_000;
const OWN = /^client-sdk\/src\/(browser|browser-rules|delivery|regex\.ts)/;
/** The engine in few bytes, and what it shares with the quick one. */
const ENGINE = /^engine\/src\/(bucketing|compact|regex|text-operators)\.ts$/;

test('the entry exports what was chosen, no more', () => {
  expect(Object.keys(entry)).toEqual(['createClient']);
});

test('a client has what one of values has', () => {
  const client = entry.createClient({ url: 'http://127.0.0.1:1', key: 'key', log: false });
  const reads = ['boolean', 'string', 'number', 'json', 'detail', 'peek'];
  expect(Object.keys(client).sort()).toEqual(
    [...reads, 'ready', 'on', 'identify', 'outcome', 'status', 'values', 'close'].sort(),
  );
  client.close();
});

test(`the bundle is its own files and the compact engine, at most ${MOST_BYTES} bytes; what few rulesets need is apart`, async () => {
  const { eager, lazy, packages, bytes, through } = (await bundle({ entry: 'browser-rules/index.ts' }, 'browser', true)).of(
    'entry',
  );
  // what leaked, and through which import
  expect(eager.filter((file) => !OWN.test(file) && !ENGINE.test(file)).map(through)).toEqual([]);
  expect(eager.filter((file) => ENGINE.test(file))).toContain('engine/src/compact.ts');
  expect(packages).toEqual([]);
  const apart = ['cidr', 'dates', 'measure-operators', 'semver'].map((name) => `engine/src/${name}.ts`);
  expect(lazy).toEqual(expect.arrayContaining(apart));
  expect(lazy.filter((file) => file.includes('/re2js/'))).not.toEqual([]);
  console.log(`@burgee/client-sdk/browser-rules: ${bytes} bytes gzip`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
});

test('control: an entry that takes the quick engine along is caught, by the import that did it', async () => {
  const { eager, bytes, through } = (await bundle({ entry: 'node/index.ts' }, 'node', true)).of('entry');
  const leaked = eager.filter((file) => !OWN.test(file) && !ENGINE.test(file)).map(through);
  expect(leaked).toContainEqual(expect.stringMatching(/^engine\/src\/evaluate\.ts, imported by .*engine\/src\/index\.ts/));
  expect(bytes).toBeGreaterThan(MOST_BYTES);
});
