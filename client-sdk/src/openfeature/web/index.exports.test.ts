import { expect, test } from 'vitest';
import { bundle } from '../../../test/bundle.ts';
import * as entry from './index.ts';

/** Minified and compressed with gzip, with the client in it and without OpenFeature. */
const MOST_BYTES = 6_000;

test('the entry exports what was chosen, no more', () => {
  expect(Object.keys(entry)).toEqual(['createProvider']);
});

test('a provider has what was chosen, no more', () => {
  const provider = entry.createProvider({ url: 'http://127.0.0.1:1', key: 'key', log: false });
  expect(Object.keys(provider).sort()).toEqual(
    [
      ...['metadata', 'runsOn', 'domainScoped', 'client', 'events', 'initialize', 'onContextChange', 'onClose', 'track'],
      ...['resolveBooleanEvaluation', 'resolveStringEvaluation', 'resolveNumberEvaluation', 'resolveObjectEvaluation'],
    ].sort(),
  );
});

test('bundled, it shares the client with the browser entry, has no engine, and leaves its peers outside', async () => {
  const entries = { browser: 'browser/index.ts', 'openfeature-web': 'openfeature/web/index.ts' };
  const { of, twice } = await bundle(entries, 'browser', true);
  const { eager, lazy, packages, bytes } = of('openfeature-web');
  expect(twice).toEqual([]);
  expect(packages).toEqual(['@openfeature/core', '@openfeature/web-sdk']);
  expect(lazy).toEqual([]);
  expect(eager.filter((file) => /node_modules|^engine|\/node\//.test(file))).toEqual([]);
  expect(eager).toContain('client-sdk/src/browser/client.ts');
  expect(of('browser').eager.filter((file) => file.includes('openfeature'))).toEqual([]);
  console.log(`@burgee/client-sdk/openfeature/web: ${bytes} bytes gzip`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
});
