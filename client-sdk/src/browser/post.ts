import type { Settings } from './options.ts';

/** What came of a request; never thrown. */
export interface Answer {
  /** 0 where nobody answered. */
  readonly status: number;
  /** When it may be asked again at the earliest, in ms from now, where the server said so; else 0. */
  readonly wait: number;
  readonly etag: string;
  /** Undefined unless it is JSON: whatever it then is. */
  readonly body: unknown;
}

const MOST_WAIT_MS = 300_000;

/** Posts JSON below the client's url. Redirects count as no answer. */
export async function post({ url, key }: Settings, path: string, body: string, init: RequestInit, etag = ''): Promise<Answer> {
  try {
    const response = await fetch(url + path, {
      ...init,
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'if-none-match': etag },
      body,
      redirect: 'error',
    });
    const { status, headers } = response;
    // seconds or an HTTP date (RFC 9110 section 10.2.3); null is neither
    const after = headers.get('retry-after') as string;
    return {
      status,
      wait: Math.min(MOST_WAIT_MS, Number(after) * 1000 || Date.parse(after) - Date.now() || 0),
      etag: headers.get('etag') ?? '',
      body: await response.json().catch(() => undefined),
    };
  } catch {
    return { status: 0, wait: 0, etag, body: undefined };
  }
}
