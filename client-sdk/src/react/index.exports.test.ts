import { expect, test } from 'vitest';
import { bundle } from '../../test/bundle.ts';
import * as entry from './index.ts';

/** Minified and compressed with gzip, without React and the client. */
const MOST_BYTES = 2_000;
const OWN = /^client-sdk\/src\/(react\/|browser\/reads\.ts$)/;

test('the entry exports what was chosen, no more', () => {
  expect(Object.keys(entry).sort()).toEqual(['BurgeeProvider', 'Flag', 'useClient', 'useFlag', 'useSuspenseFlag']);
});

test(`the bundle is its own files, neither client nor engine, at most ${MOST_BYTES} bytes; React stays outside`, async () => {
  const { eager, lazy, packages, bytes, through } = (await bundle({ entry: 'react/index.ts' }, 'browser', true)).of('entry');
  // what leaked, and through which import
  expect(eager.filter((file) => !OWN.test(file)).map(through)).toEqual([]);
  expect(lazy).toEqual([]);
  expect(packages).toEqual(['react']);
  console.log(`@burgee/client-sdk/react: ${bytes} bytes gzip`);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
});
