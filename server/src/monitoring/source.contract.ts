import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from '../domain/guard/guard.ts';
import type { MetricSource } from '../domain/ports.ts';
import { type Script, scriptedSource } from './testing.ts';

/** How one system says the same things: two counts with the time of the newest data, and nothing at all. */
export interface Dialect {
  readonly type: MetricSource['type'];
  readonly guard: { readonly errors: string; readonly total: string };
  counts(errors: number | string, total: number | string, asOf: number): Script;
  readonly nothing: Script;
}

export const NOW = 1_795_400_000_000;

/** What every metric source does, whatever it speaks. */
export function metricSourceContract(name: string, dialect: Dialect): void {
  describe(`${name}, as every metric source`, () => {
    let rig: Awaited<ReturnType<typeof scriptedSource>>;
    beforeAll(async () => {
      rig = await scriptedSource(() => NOW);
    });
    afterAll(() => rig.close());

    const read = (script: Script, more: Partial<MetricSource> = {}): Promise<Sample> => {
      rig.script(script);
      return rig.reader.read({
        source: rig.source(dialect.type, more),
        guard: { ...dialect.guard, windowMs: 60_000 },
        flag: 'checkout-v2',
        environment: 'production',
        from: NOW - 65_000,
        to: NOW - 5_000,
      });
    };

    it('reads two counts and how new they are', async () => {
      expect(await read(dialect.counts(12, 340, NOW - 6_000))).toEqual({ kind: 'ok', errors: 12, total: 340, asOf: NOW - 6_000 });
      expect(await read(dialect.counts(0, 0, NOW - 6_000))).toEqual({ kind: 'ok', errors: 0, total: 0, asOf: NOW - 6_000 });
    });

    it('never makes a number of what is none', async () => {
      for (const [errors, total, asOf, kind] of [
        [-1, 10, NOW, 'unavailable'],
        [1, -10, NOW, 'unavailable'],
        [11, 10, NOW, 'unavailable'],
        ['NaN', 10, NOW, 'no_data'],
        [1, 'NaN', NOW, 'no_data'],
        [1, 10, NOW + 3_600_000, 'unavailable'],
      ] as const) {
        expect(await read(dialect.counts(errors, total, asOf)), `${errors} of ${total} at ${asOf}`).toMatchObject({ kind });
      }
    });

    it('tells no data from no answer', async () => {
      expect(await read(dialect.nothing)).toMatchObject({ kind: 'no_data' });
      expect(await read(() => ({ status: 500 }))).toMatchObject({ kind: 'unavailable' });
      expect(await read(() => 'silence')).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('400 ms') });
      expect(await read(() => ({}), { url: 'http://127.0.0.1:1' })).toMatchObject({ kind: 'unavailable' });
    });

    it('honours Retry-After and gives up on mistakes', async () => {
      expect(await read(() => ({ status: 429, headers: { 'retry-after': '7' } }))).toMatchObject({
        kind: 'unavailable',
        retryAfterMs: 7_000,
      });
      expect(await read(() => ({ status: 401 }))).toMatchObject({ kind: 'unavailable', permanent: true });
      expect(await read(() => ({ body: '<html>login</html>' }))).toMatchObject({ kind: 'unavailable', permanent: true });
      expect(await read(() => ({ status: 302, headers: { location: 'http://127.0.0.1/' } }))).toMatchObject({
        kind: 'unavailable',
      });
      expect(await read(() => ({ body: 'x'.repeat(1_100_000) }))).toMatchObject({ kind: 'unavailable' });
      expect(await read(() => ({}), { url: 'http://10.0.0.1/' })).toMatchObject({ kind: 'unavailable', permanent: true });
    });

    it('sends the secret that the environment names, and says so when it is not there', async () => {
      let seen: string | undefined;
      const good = dialect.counts(1, 10, NOW);
      await read(
        (request) => {
          seen = request.headers.authorization;
          return good(request);
        },
        { headers: [{ name: 'Authorization', value: { env: 'BURGEE_SECRET_MONITORING' } }] },
      );
      expect(seen).toBe('Bearer s3cret');
      const absent = await read(good, { headers: [{ name: 'Authorization', value: { env: 'BURGEE_SECRET_ABSENT' } }] });
      expect(absent).toMatchObject({
        kind: 'unavailable',
        permanent: true,
        reason: expect.stringContaining('BURGEE_SECRET_ABSENT'),
      });
    });
  });
}
