import { forgetAnswers, takeAnswer } from './early.ts';
import { Problem, problemOf } from './problem.ts';

/** What a call may carry beside its path. */
export interface RequestOptions {
  readonly body?: unknown;
  /** Version that the change is based on: sent as If-Match. */
  readonly version?: number;
  readonly signal?: AbortSignal;
}

const expired = new Set<() => void>();

/** Calls back when the server says that nobody is logged in (any more). Returns the way to stop. */
export function onExpired(listener: () => void): () => void {
  expired.add(listener);
  return () => expired.delete(listener);
}

/** One call to the admin API. Throws Problem, never anything else but an abort. */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', 'x-burgee': '1' };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (options.version !== undefined) headers['if-match'] = `"${options.version}"`;
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.signal) init.signal = options.signal;
  if (method !== 'GET') forgetAnswers();
  let response: Response;
  try {
    response = await ((method === 'GET' ? takeAnswer(path) : undefined) ?? fetch(path, init));
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new Problem(0, 'unreachable', 'The server does not answer.');
  }
  if (!response.ok) {
    forgetAnswers();
    const problem = await problemOf(response);
    if (problem.status === 401 && path !== '/api/v1/login') for (const listener of expired) listener();
    throw problem;
  }
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** `/api/v1` and the segments, each escaped. */
export function api(...segments: readonly string[]): string {
  return `/api/v1/${segments.map(encodeURIComponent).join('/')}`;
}

/** The query string of what is set. */
export function query(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) if (value !== undefined && value !== '') params.set(key, String(value));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
