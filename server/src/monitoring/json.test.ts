import { expect, it } from 'vitest';
import { metricSourceContract, NOW } from './source.contract.ts';
import { scriptedSource } from './testing.ts';

metricSourceContract('JSON over HTTP', {
  type: 'json',
  guard: { errors: '', total: '' },
  counts: (errors, total, asOf) => () => ({ body: JSON.stringify({ errors, total, asOf }) }),
  nothing: () => ({ status: 204 }),
});

it('fills the URL in and follows JSON pointers', async () => {
  const rig = await scriptedSource(() => NOW);
  rig.script(() => ({ body: JSON.stringify({ data: { 'a/b': 3, n: 9 }, asOf: new Date(NOW).toISOString() }) }));
  const sample = await rig.reader.read({
    source: rig.source('json', { url: `${rig.url}/q?flag={flag}&env={environment}&from={from}&to={to}&w={window}` }),
    guard: { errors: '/data/a~1b', total: '/data/n', windowMs: 30_000 },
    flag: 'a&b',
    environment: 'production',
    from: 1,
    to: 2,
  });
  expect(sample).toEqual({ kind: 'ok', errors: 3, total: 9, asOf: NOW });
  expect(rig.requests).toEqual(['/q?flag=a%26b&env=production&from=1&to=2&w=30']);
  rig.script(() => ({ body: JSON.stringify({ errors: 1, total: 2 }) }));
  const stale = await rig.reader.read({
    source: rig.source('json'),
    guard: { errors: '', total: '', windowMs: 30_000 },
    flag: 'f',
    environment: 'e',
    from: 1,
    to: 2,
  });
  expect(stale).toMatchObject({ kind: 'no_data', reason: expect.stringContaining('how new') });
  await rig.close();
});
