import { expect, test } from 'vitest';
import { bundle } from '../../test/bundle.ts';
import * as entry from './index.ts';

test('the entry exports what was chosen, no more', () => {
  expect(Object.keys(entry)).toEqual(['createRouteGuard']);
});

test('bundled, it is its own few files: no client, no engine, no framework', async () => {
  const { eager, lazy, packages, bytes } = (await bundle({ guards: 'guards/index.ts' }, 'node', true)).of('guards');
  expect(eager.filter((file) => !file.startsWith('client-sdk/src/guards/'))).toEqual([]);
  expect([lazy, packages]).toEqual([[], []]);
  expect(bytes).toBeLessThan(2_500);
});
