import { type TestAPI, test } from 'vitest';
import type { TestClient } from './with-flags.ts';

/**
 * Vitest's `test` with a fixture `flags`, this client. After each test the client is reset, also where a test does not ask for
 * it: the flags that one test sets and the record that it leaves do not reach the next. Tests that run concurrently in
 * one file share the client, so let those have a client each.
 */
export function testWithFlags(client: TestClient): TestAPI<{ flags: TestClient }> {
  return test.extend<{ flags: TestClient }>({
    flags: [
      // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from this pattern
      async ({}, use) => {
        await use(client);
        client.reset();
      },
      { auto: true },
    ],
  });
}
