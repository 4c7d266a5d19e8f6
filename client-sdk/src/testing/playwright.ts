import { createHash } from 'node:crypto';
import type { EvaluationContext } from '@burgee/engine';
import { askTable, type FlagTable } from './test-flags.ts';
import { type TestClient, tableOf } from './with-flags.ts';

/** What of Playwright's routes is used. */
export interface FlagRoute {
  request(): {
    method(): string;
    url(): string;
    headers(): Readonly<Record<string, string>>;
    postDataJSON(): unknown;
  };
  fulfill(response: { status: number; headers?: Record<string, string>; body?: string }): Promise<void>;
}

/** What of Playwright's `Page` and `BrowserContext` is used. */
export interface Routable {
  route(url: RegExp, handler: (route: FlagRoute) => Promise<void>): Promise<unknown>;
}

const OURS = /\/(ofrep\/v1\/.+|sdk\/(ruleset|stream|reports))(\?.*)?$/;

/**
 * From now on this page, or every page of this context, gets its flags from the client: OFREP is answered with what the client serves, for the
 * context that the page sends, whatever server it names. No server is asked: streams end at once, reports are swallowed. What is
 * set later reaches the page when it asks again: on reload, when its context changes, or at its next poll.
 */
export async function routeFlags(target: Routable, client: TestClient): Promise<void> {
  await target.route(OURS, async (route) => {
    const { origin = '*' } = route.request().headers();
    const { headers, ...response } = answer(route.request(), tableOf(client));
    const cors = {
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'authorization, content-type, if-none-match, x-api-key',
      'access-control-expose-headers': 'etag, retry-after',
    };
    await route.fulfill({ ...response, headers: { ...headers, ...cors, 'cache-control': 'no-store' } });
  });
}

/** A fixture for Playwright's `test.extend`: every page of the test gets its flags from the client, which is reset after each test. */
export function flagFixtures(client: TestClient): {
  flags: [
    (given: { context: Routable }, use: (flags: TestClient) => Promise<void>) => Promise<void>,
    { auto: true; scope: 'test' },
  ];
} {
  return {
    flags: [
      async ({ context }, use) => {
        await routeFlags(context, client);
        await use(client);
        client.reset();
      },
      { auto: true, scope: 'test' },
    ],
  };
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const EVALUATION = /\/ofrep\/v1\/evaluate\/flags(?:\/([^/]+))?$/;

function answer(request: ReturnType<FlagRoute['request']>, table: FlagTable): Answer {
  const { pathname } = new URL(request.url());
  const evaluation = EVALUATION.exec(pathname);
  // 204 tells an EventSource not to come back
  if (request.method() === 'OPTIONS' || evaluation === null) return { status: pathname.endsWith('/reports') ? 202 : 204 };
  const context = contextOf(request);
  const [, key] = evaluation;
  if (key !== undefined) {
    const { status, item } = itemOf(table, decodeURIComponent(key), context);
    return { status, headers: JSON_TYPE, body: JSON.stringify(item) };
  }
  const flags = [...table.served.keys()].map((one) => itemOf(table, one, context).item);
  const { epoch, n } = table.revision;
  const body = JSON.stringify({ flags, metadata: { revision: `${epoch}.${n}` } });
  const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
  if (request.headers()['if-none-match'] === etag) return { status: 304, headers: { etag } };
  return { status: 200, headers: { ...JSON_TYPE, etag }, body };
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** One flag as OFREP tells it: null is told by leaving the value out. */
function itemOf(table: FlagTable, key: string, context: EvaluationContext): { readonly status: number; readonly item: object } {
  const { value, reason, variant, errorCode, errorMessage } = askTable<unknown>(table, { key, context, fallback: null });
  if (errorCode === undefined) return { status: 200, item: { key, ...(value !== null && { value }), reason, variant } };
  return { status: errorCode === 'FLAG_NOT_FOUND' ? 404 : 400, item: { key, errorCode, errorDetails: errorMessage } };
}

function contextOf(request: ReturnType<FlagRoute['request']>): EvaluationContext {
  try {
    const body = request.postDataJSON() as { context?: EvaluationContext } | null;
    return body?.context ?? {};
  } catch {
    return {};
  }
}
