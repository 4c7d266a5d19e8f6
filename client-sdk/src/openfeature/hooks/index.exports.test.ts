import { expect, test } from 'vitest';
import { bundle } from '../../../test/bundle.ts';
import * as entry from './index.ts';

test('the entry exports what was chosen, no more', () => {
  expect(Object.keys(entry)).toEqual(['createOpenTelemetryHook', 'createSentryHook']);
});

test.each(['node', 'browser'] as const)('bundled for %s, it is its own few files and needs no package', async (platform) => {
  const { of } = await bundle({ 'openfeature-hooks': 'openfeature/hooks/index.ts' }, platform);
  const { eager, lazy, packages } = of('openfeature-hooks');
  expect(eager.map((file) => file.replace('client-sdk/src/openfeature/hooks/', ''))).toEqual([
    'evaluation.ts',
    'index.ts',
    'open-telemetry.ts',
    'sentry.ts',
  ]);
  expect([lazy, packages]).toEqual([[], []]);
});
