import type { EvaluationContext, JsonValue } from '@burgee/engine';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_NOW, loadCases } from '../../../conformance/cases.ts';
import { type Client, createClient } from './index.ts';

// cases that fix the draw are the engine's: here the client draws
const files = loadCases().map((file) => ({ ...file, cases: file.cases.filter((one) => one.draw === undefined) }));
const FALLBACK = { boolean: true, string: 'fallback', number: -1, json: ['fallback'] } as const;

let client: Client | undefined;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: DEFAULT_NOW });
});
afterEach(async () => {
  vi.useRealTimers();
  await client?.close();
});

const ask = (on: Client, key: string, context: EvaluationContext, fallback: JsonValue) =>
  on.detail(key, context, fallback as unknown as boolean);

describe.each(files.filter((file) => file.cases.length > 0))('$topic: $about', ({ ruleset, cases }) => {
  test(`${cases.length} cases answer through the client as they do in the engine`, async () => {
    client = createClient({ url: 'http://127.0.0.1:1', key: 'key', log: false, bootstrap: ruleset });
    expect((await client.ready({ timeout: 0 })).source).toMatch(/default|bootstrap/);
    await vi.waitFor(() => expect(client?.status().source).toBe('bootstrap'));
    for (const { name, flag, context, now = DEFAULT_NOW, expect: wanted } of cases) {
      vi.setSystemTime(now);
      const fallback = FALLBACK[ruleset.flags.find((one) => one.key === flag)?.type ?? 'boolean'];
      const { revision, errorMessage, ...answer } = ask(client, flag, context, fallback);
      expect(answer, name).toEqual({ value: fallback, ...wanted });
      expect(revision, name).toEqual(ruleset.revision);
      expect(errorMessage === undefined, name).toBe(wanted.errorCode === undefined);
    }
  });
});

test('enough of the cases come this way', () => {
  expect(files.flatMap((file) => file.cases).length).toBeGreaterThanOrEqual(500);
});
