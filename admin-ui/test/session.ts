import type { TestServer } from './server.ts';

export const OWNER = { name: 'Ada Lind', email: 'ada@example.com', password: 'correct horse battery' };

/** Calls the admin API as the logged-in owner. */
export interface Session {
  readonly cookie: { readonly name: string; readonly value: string };
  call<T = unknown>(method: string, path: string, body?: unknown, version?: number): Promise<T>;
}

/** Makes the owner through the setup link, as a person would, but without a browser. */
export async function setUp(server: TestServer): Promise<Session> {
  const token = new URLSearchParams(new URL(server.setupUrl).hash.slice(1)).get('token') ?? '';
  const response = await fetch(`${server.url}/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-burgee': '1', origin: server.url },
    body: JSON.stringify({ token, ...OWNER }),
  });
  if (response.status !== 201) throw new Error(`setup: ${response.status} ${await response.text()}`);
  const [pair = ''] = (response.headers.getSetCookie()[0] ?? '').split(';');
  const [name = '', value = ''] = pair.split('=');
  return {
    cookie: { name, value },
    async call<T>(method: string, path: string, body?: unknown, version?: number): Promise<T> {
      const answer = await fetch(server.url + path, {
        method,
        headers: {
          cookie: pair,
          origin: server.url,
          'x-burgee': '1',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return (answer.status === 204 ? undefined : await answer.json()) as T;
    },
  };
}
