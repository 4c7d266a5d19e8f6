import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestServer, type TestServer } from '../testing.ts';

let server: TestServer;
beforeAll(async () => {
  server = await createTestServer({ config: { publicUrl: 'https://flags.example' } });
});
afterAll(() => server.close());

const OWN = 'https://flags.example';
const json = 'application/json';
async function write(headers: Record<string, string>, path = '/api/v1/tokens', body = '{"name":"made by another page"}') {
  const cookie = server.asOwner?.cookie.replace('burgee=', '__Host-burgee=') ?? '';
  const response = await fetch(server.url + path, { method: 'POST', headers: { cookie, ...headers }, body });
  return response.status;
}

describe('a write with a session cookie is refused', () => {
  it.each<[string, Record<string, string>]>([
    [
      'from another site',
      { 'content-type': json, 'x-burgee': '1', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    ],
    [
      'from a sibling domain',
      { 'content-type': json, 'x-burgee': '1', origin: 'https://x.flags.example', 'sec-fetch-site': 'same-site' },
    ],
    ['from a sandboxed page', { 'content-type': json, 'x-burgee': '1', origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['from origin null alone', { 'content-type': json, 'x-burgee': '1', origin: 'null' }],
    [
      'from origin null that claims same-origin',
      { 'content-type': json, 'x-burgee': '1', origin: 'null', 'sec-fetch-site': 'same-origin' },
    ],
    ['without any sign of a page', { 'content-type': json, 'x-burgee': '1' }],
    ['without the header', { 'content-type': json, origin: OWN }],
    ['with another value of the header', { 'content-type': json, 'x-burgee': 'true', origin: OWN }],
    ['from http instead of https', { 'content-type': json, 'x-burgee': '1', origin: 'http://flags.example' }],
    ['from another port', { 'content-type': json, 'x-burgee': '1', origin: 'https://flags.example:8443' }],
    ['from a longer name', { 'content-type': json, 'x-burgee': '1', origin: 'https://flags.example.evil.example' }],
    [
      'with the public address as a path',
      { 'content-type': json, 'x-burgee': '1', origin: 'https://evil.example/https://flags.example' },
    ],
    ['with a good referrer only', { 'content-type': json, 'x-burgee': '1', referer: `${OWN}/` }],
    ['as text', { 'content-type': 'text/plain', origin: 'https://evil.example' }],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' }],
  ])('%s', async (_, headers) => {
    const before = (await server.store.list('token')).length;
    expect(await write(headers)).toBe(403);
    expect((await server.store.list('token')).length).toBe(before);
  });

  it('from our own page as text: 415', async () => {
    expect(await write({ 'content-type': 'text/plain', 'x-burgee': '1', origin: OWN })).toBe(415);
  });
});

describe('a write is allowed', () => {
  it.each<[string, Record<string, string>]>([
    ['from our own page', { 'content-type': json, 'x-burgee': '1', origin: OWN, 'sec-fetch-site': 'same-origin' }],
    ['from an older browser’s', { 'content-type': json, 'x-burgee': '1', origin: OWN }],
  ])('%s', async (_, headers) => {
    expect(await write(headers)).toBe(201);
  });

  it('with a token from anywhere, no cookie being looked at', async () => {
    const { token } = await server.token('admin');
    const headers = { 'content-type': json, authorization: `Bearer ${token}`, origin: 'https://evil.example' };
    expect(await write(headers)).toBe(201);
  });
});

describe('login', () => {
  const body = JSON.stringify({ email: 'a@b', password: 'x' });
  it('is not for pages of other sites', async () => {
    expect(await write({ 'content-type': json, origin: 'https://evil.example' }, '/api/v1/login', body)).toBe(403);
    expect(await write({ 'content-type': json, 'sec-fetch-site': 'cross-site' }, '/api/v1/login', body)).toBe(403);
  });
  it('is for programs', async () => {
    expect(await write({ 'content-type': json }, '/api/v1/login', body)).toBe(401);
  });
});
