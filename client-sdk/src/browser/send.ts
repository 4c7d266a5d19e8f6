import type { Settings } from './options.ts';

/** What came of a request; never thrown. */
export interface Answer {
  /** 0 where nobody answered, or the answer broke off. */
  readonly status: number;
  /** When it may be asked again at the earliest, in ms from now, where the server said so; else 0. */
  readonly wait: number;
  readonly etag: string;
  readonly text: string;
}

const MOST_WAIT_MS = 300_000;

/** Asks below the client's url: JSON is posted where there is a body. Redirects count as no answer. */
export async function send({ url, key }: Settings, path: string, init: RequestInit, etag = ''): Promise<Answer> {
  try {
    const response = await fetch(url + path, {
      method: init.body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(etag && { 'if-none-match': etag }),
      },
      redirect: 'error',
      ...init,
    });
    const { status, headers } = response;
    // seconds or an HTTP date (RFC 9110 section 10.2.3); null is neither
    const after = headers.get('retry-after') as string;
    return {
      status,
      wait: Math.min(MOST_WAIT_MS, Number(after) * 1000 || Date.parse(after) - Date.now() || 0),
      etag: headers.get('etag') ?? '',
      text: await response.text(),
    };
  } catch {
    return { status: 0, wait: 0, etag, text: '' };
  }
}
