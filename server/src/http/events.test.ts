import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Moved } from '../domain/ports.ts';
import { endEvents } from './events.ts';
import { createTestServer, type TestServer } from './testing.ts';
import { NOUN_ROUTES, PROJECT } from './testing-nouns.ts';

let server: TestServer;
let now = 1_700_000_000_000;
beforeEach(async () => {
  now = 1_700_000_000_000;
  server = await createTestServer({ routes: NOUN_ROUTES, clock: () => now });
});
afterEach(() => server.close());

interface Stream {
  readonly response: IncomingMessage;
  /** What came so far. */
  text(): string;
  moved(): Moved[];
  readonly ended: Promise<void>;
}

function open(cookie: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const request = get(`${server.url}/api/v1/events`, { headers: { cookie } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      const ended = new Promise<void>((done) => response.once('close', () => done()));
      const moved = () => [...text.matchAll(/^event: moved\ndata: (.*)\n$/gm)].map(([, data]) => JSON.parse(data ?? '') as Moved);
      response.on('error', () => undefined);
      resolve({ response, text: () => text, moved, ended });
    });
    request.once('error', reject);
  });
}

const cookieOf = (as: unknown) => (as as { cookie: string }).cookie;
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 500) throw new Error('waited 10 s in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('tells every page of every commit', async () => {
  const streams = await Promise.all([open(cookieOf(server.asOwner)), open(cookieOf(await server.person('viewer')))]);
  expect(streams[0]?.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'private, no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  await server.call('POST', `${PROJECT}/flags`, { body: { key: 'checkout' } });
  for (const stream of streams) {
    await until(() => stream.moved().some(({ objects }) => objects.includes('flag/default/checkout')));
    const event = stream.moved().find(({ objects }) => objects.includes('flag/default/checkout'));
    expect(event?.revisions.map(({ environment }) => environment).sort()).toEqual(['development', 'production']);
    expect(event?.objects).toContain('state/default/production/checkout');
  }
});

it('is for people, not for tokens or strangers', async () => {
  expect((await server.call('GET', '/api/v1/events', { as: null })).status).toBe(401);
  expect((await server.call('GET', '/api/v1/events', { as: await server.token('admin') })).status).toBe(403);
});

it('says nothing of sessions, and ends with its own', async () => {
  const person = await server.person('editor');
  const [mine, other] = await Promise.all([open(person.cookie), open(cookieOf(server.asOwner))]);
  const [session] = await server.store.list('session', { user: person.user.id });
  const key = { id: session?.entity.id ?? '' };
  await server.store.commit({ environments: [], writes: [{ remove: 'session', key, basedOn: 'any' }], audit: [] });
  await mine.ended;
  await server.call('POST', `${PROJECT}/flags`, { body: { key: 'after' } });
  await until(() => other.moved().length > 0);
  expect(other.text()).not.toContain('session/');
});

it('ends when its user is disabled, and others go on', async () => {
  const person = await server.person('editor');
  const [mine, other] = await Promise.all([open(person.cookie), open(cookieOf(server.asOwner))]);
  const stored = await server.store.get('user', { id: person.user.id });
  const entity = { ...person.user, disabled: true };
  await server.store.commit({ environments: [], writes: [{ put: 'user', entity, basedOn: stored?.version ?? 0 }], audit: [] });
  await mine.ended;
  await server.call('POST', `${PROJECT}/flags`, { body: { key: 'after' } });
  await until(() => other.moved().some(({ objects }) => objects.includes('flag/default/after')));
});

it('ends when the server stops', async () => {
  const stream = await open(cookieOf(server.asOwner));
  endEvents(server.store);
  await stream.ended;
});

it('beats every 15 s, until its session is too old', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const stream = await open(cookieOf(server.asOwner));
    await until(() => stream.text() === 'retry: 2000\n:\n\n');
    vi.advanceTimersByTime(30_000);
    await until(() => stream.text() === `retry: 2000\n${':\n\n'.repeat(3)}`);
    now += 8 * 3_600_000;
    vi.advanceTimersByTime(15_000);
    await stream.ended;
  } finally {
    vi.useRealTimers();
  }
});
