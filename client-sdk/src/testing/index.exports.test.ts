import { expect, test } from 'vitest';
import { bundle } from '../../test/bundle.ts';
import * as entry from './index.ts';
import * as playwright from './playwright.ts';
import * as vitest from './vitest.ts';

test('the entries export what was chosen, no more', () => {
  expect([entry, vitest, playwright].map((one) => Object.keys(one).sort())).toEqual([
    ['withFlags'],
    ['testWithFlags'],
    ['flagFixtures', 'routeFlags'],
  ]);
});

test('bundled, they share one client, need no engine, and leave their peers outside', async () => {
  const { of, twice } = await bundle(
    {
      testing: 'testing/index.ts',
      'testing-vitest': 'testing/vitest.ts',
      'testing-playwright': 'testing/playwright.ts',
    },
    'node',
  );
  expect(twice).toEqual([]);
  const names = ['testing', 'testing-vitest', 'testing-playwright'];
  expect(names.map((name) => of(name).packages)).toEqual([[], ['vitest'], []]);
  const files = names.flatMap((name) => [...of(name).eager, ...of(name).lazy]);
  expect(files).toContain('client-sdk/src/testing/with-flags.ts');
  expect(files.filter((file) => /^engine\/|node_modules|delivery|create-client/.test(file))).toEqual([]);
});
