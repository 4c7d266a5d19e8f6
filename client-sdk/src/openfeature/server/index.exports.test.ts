import { expect, test } from 'vitest';
import { bundle } from '../../../test/bundle.ts';
import * as entry from './index.ts';

test('the entry exports what was chosen, no more', () => {
  expect(Object.keys(entry)).toEqual(['createProvider']);
});

test('a provider has what was chosen, no more', async () => {
  const provider = entry.createProvider({ url: 'http://127.0.0.1:1', key: 'key', log: false });
  expect(Object.keys(provider).sort()).toEqual(
    [
      ...['metadata', 'runsOn', 'client', 'events', 'initialize', 'onClose', 'track'],
      ...['resolveBooleanEvaluation', 'resolveStringEvaluation', 'resolveNumberEvaluation', 'resolveObjectEvaluation'],
    ].sort(),
  );
  await provider.onClose?.();
});

test('bundled, it shares the client and the engine with the node entry and leaves its peers outside', async () => {
  const { of, twice } = await bundle({ node: 'node/index.ts', 'openfeature-server': 'openfeature/server/index.ts' }, 'node');
  const { eager, packages } = of('openfeature-server');
  expect(twice).toEqual([]);
  expect(packages).toEqual(['@openfeature/core', '@openfeature/server-sdk']);
  expect(eager.filter((file) => file.includes('node_modules'))).toEqual([]);
  expect(eager).toContain('client-sdk/src/openfeature/server/provider.ts');
  expect(eager).toContain('engine/src/evaluate.ts');
  expect(of('node').packages).toEqual([]);
  expect(of('node').eager.filter((file) => file.includes('openfeature'))).toEqual([]);
});
