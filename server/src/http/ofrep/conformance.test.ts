import { describe, expect, it } from 'vitest';
import { loadCases } from '../../../../conformance/cases.ts';
import { createDeliveryServer } from '../sdk/testing.ts';

describe.each(loadCases().filter((file) => file.portable))('conformance over OFREP: $topic', ({ ruleset, cases }) => {
  it(`answers its ${cases.length} cases, one by one and in bulk`, async () => {
    const server = await createDeliveryServer();
    const as = await server.token('server');
    for (const { key, when, number } of ruleset.segments) await server.putSegment(key, when, number);
    for (const { key, type, variants, browserAccess, enabled, killed, ...state } of ruleset.flags) {
      const kill = killed ? { by: 'x', at: 0, reason: '' } : null;
      await server.putFlag(key, { type, variants, browserAccess }, { enabled, killed: kill, ...state });
    }
    for (const { name, flag, context, expect: wanted } of cases) {
      const body = { context };
      const path = '/ofrep/v1/evaluate/flags';
      const single = await server.call('POST', `${path}/${encodeURIComponent(flag)}`, { as, body });
      const all = await server.call<{ flags: { key: string }[] }>('POST', path, { as, body });
      const { value, variant, reason, errorCode } = wanted;
      const answer = {
        key: flag,
        ...(value !== undefined && value !== null && { value }),
        ...(variant !== undefined && { variant }),
        ...(errorCode === undefined ? { reason } : { errorCode, errorDetails: expect.any(String) }),
      };
      const { metadata: _, ...told } = single.body;
      expect(told, name).toEqual(answer);
      expect(single.status, name).toBe(errorCode === undefined ? 200 : errorCode === 'FLAG_NOT_FOUND' ? 404 : 400);
      if (errorCode !== 'FLAG_NOT_FOUND')
        expect(
          all.body.flags.find(({ key }) => key === flag),
          name,
        ).toEqual(answer);
    }
    await server.close();
  });
});
