import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Logger } from '../../domain/ports.ts';
import { createTestServer, type TestServer } from '../testing.ts';
import { route } from './route.ts';
import { sendRaw, statusOf } from './testing-raw.ts';

const errors: string[] = [];
const log: Logger = { debug() {}, info() {}, warn() {}, error: (_, message) => void errors.push(message) };
let handled = 0;
const open = route({
  method: 'post',
  path: '/api/v1/login',
  permission: 'open',
  summary: 'takes anything',
  body: z.unknown(),
  responses: { 200: null },
  handle: () => {
    handled++;
    return { status: 200, body: {} };
  },
});
let server: TestServer;
beforeAll(async () => {
  server = await createTestServer({ routes: [open], log });
});
afterAll(() => server.close());

async function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  handled = 0;
  const response = await fetch(`${server.url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const { code } = (await response.json()) as { code?: string };
  return [response.status, code, handled];
}

describe('bodies', () => {
  const KB64 = 64 * 1024;
  it.each([
    ['deep arrays', '['.repeat(33) + ']'.repeat(33), 400, 'body_too_deep'],
    ['deep objects', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, 400, 'body_too_deep'],
    ['deep without an end', '['.repeat(60_000), 400, 'body_too_deep'],
    ['too many keys', `{${Array.from({ length: 2000 }, (_, i) => `"k${i}":1`).join()}}`, 400, 'body_too_deep'],
    ['one byte too many', JSON.stringify('x'.repeat(KB64 - 1)), 413, 'body_too_large'],
    ['nothing', '', 400, 'invalid'],
    ['no JSON', '{"a":', 400, 'invalid'],
    ['two documents', '{}{}', 400, 'invalid'],
    ['NaN', '{"a":NaN}', 400, 'invalid'],
    ['an open string with braces', `"${'{['.repeat(5000)}`, 400, 'invalid'],
  ])('%s', async (_, body, status, code) => {
    expect(await post(body)).toEqual([status, code, 0]);
  });

  it('takes what is inside the limits', async () => {
    expect(await post('['.repeat(32) + ']'.repeat(32))).toEqual([200, undefined, 1]);
    expect(await post(JSON.stringify('x'.repeat(KB64 - 2)))).toEqual([200, undefined, 1]);
    expect(await post(JSON.stringify({ text: `[[{{:::\\"${':'.repeat(5000)}` }))).toEqual([200, undefined, 1]);
    expect(await post('{}', { 'content-type': 'application/json; charset=utf-8' })).toEqual([200, undefined, 1]);
  });

  it('refuses what is not UTF-8', async () => {
    expect(await post(new Uint8Array([0x22, 0xff, 0xfe, 0x22]))).toEqual([400, 'invalid', 0]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx', ''])(
    'refuses content type %j',
    async (type) => {
      expect(await post('{}', { 'content-type': type })).toEqual([415, 'unsupported_media_type', 0]);
    },
  );

  it('refuses compressed bodies', async () => {
    expect(await post('{}', { 'content-encoding': 'gzip' })).toEqual([415, 'unsupported_media_type', 0]);
  });

  const head = 'POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

  it('cuts a chunked body of 64 MB early', async () => {
    handled = 0;
    const piece = Buffer.from(`10000\r\n${'x'.repeat(65_536)}\r\n`);
    const before = process.memoryUsage().rss;
    const answer = await sendRaw(server.port, [
      Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`),
      ...Array.from({ length: 1024 }, () => piece),
    ]);
    // a sender that goes on may be cut before it reads the answer; what counts is that nothing was handled or kept
    expect([413, 0]).toContain(statusOf(answer));
    expect(handled).toBe(0);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404);
  });

  it('refuses an announced gigabyte before it comes', async () => {
    expect(statusOf(await sendRaw(server.port, `${head}Content-Length: 1073741824\r\n\r\n{`))).toBe(413);
  });

  it('is not smuggled past by lengths that lie', async () => {
    handled = 0;
    const both = await sendRaw(server.port, `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`);
    expect(statusOf(both)).toBe(400);
    const twice = await sendRaw(server.port, `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`);
    expect(statusOf(twice)).toBe(400);
    expect(handled).toBe(0);
    const short = await sendRaw(server.port, `${head}Connection: close\r\nContent-Length: 1\r\n\r\n1{"admin":true}`);
    expect([200, 400]).toContain(statusOf(short));
    expect(short.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('takes callers that hang up in the middle calmly', async () => {
    errors.length = 0;
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => {
        const part = i % 2 === 0 ? 'Content-Length: 5000\r\n\r\n{"a":' : 'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n';
        return sendRaw(server.port, head + part, 20 + i);
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect(errors).toEqual([]);
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404);
  });
});
