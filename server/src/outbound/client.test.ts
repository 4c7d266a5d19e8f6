import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutbound, type Resolve } from './client.ts';

let canary: Server;
let port: number;
let reached = 0;

beforeAll(async () => {
  canary = createServer((request, response) => {
    reached += 1;
    if (request.url === '/redirect') return response.writeHead(302, { location: `http://127.0.0.1:${port}/stolen` }).end();
    if (request.url === '/big') return response.end('x'.repeat(2_000_000));
    if (request.url === '/slow') return;
    response.end('hello');
  });
  await new Promise<void>((done) => canary.listen(0, '127.0.0.1', done));
  port = (canary.address() as AddressInfo).port;
});

afterAll(async () => {
  canary.closeAllConnections();
  await new Promise((done) => canary.close(done));
});

/** Ways to write this machine, its network, or a cloud's metadata service. */
const corpus = (p: number): string[] => [
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '017700000001',
    '0177.0.0.1',
    '127.0.0.2',
    '127.255.255.254',
  ].map((h) => `http://${h}:${p}/`),
  ...[
    '0.0.0.0',
    '0',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
  ].map((h) => `http://${h}:${p}/`),
  ...[
    '10.0.0.1',
    '10.255.0.1',
    '172.16.0.1',
    '172.31.255.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
  ].map((h) => `https://${h}/`),
  ...[
    '[fc00::1]',
    '[fd00::1]',
    '[fe80::1]',
    '[ff02::1]',
    '[2001:db8::1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::a9fe:a9fe]',
    '[fd00:ec2::254]',
    '[2001::1]',
  ].map((h) => `https://${h}/`),
  ...['169.254.169.254', '2852039166', '0xa9fea9fe', '169.254.170.2', '100.100.100.200'].map(
    (h) => `http://${h}/latest/meta-data/`,
  ),
  `http://user:secret@127.0.0.1:${p}/`,
  `http://example.com@127.0.0.1:${p}/`,
  `http://127.0.0.1:${p}#@example.com/`,
  `http://127.0.0.1:${p}?@example.com/`,
  `https://localhost:${p}/`,
  `http://LOCALHOST:${p}/`,
  `http://localhost.:${p}/`,
  `http://inside.test:${p}/`,
  'https://inside.test/',
  'https://mixed.test/',
  'ftp://127.0.0.1/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:70/',
  'https://example.com:22/',
  'https://example.com:6379/',
];

/** Names of this test, so that nothing asks a real resolver. */
const names: Resolve = (host, callback) => {
  const table: Record<string, string[]> = { 'inside.test': ['127.0.0.1'], 'mixed.test': ['93.184.216.34', '10.0.0.1'] };
  callback(
    null,
    (table[host] ?? ['127.0.0.1']).map((address) => ({ address, family: 4 })),
  );
};

describe('the outbound client', () => {
  it('reaches nothing inside, however it is written', async () => {
    const outbound = createOutbound({ allow: [], resolve: names });
    const before = reached;
    const urls = corpus(port);
    expect(urls.length).toBeGreaterThanOrEqual(60);
    for (const url of urls) {
      await expect(outbound.request({ url, timeoutMs: 2_000 }), url).rejects.toMatchObject({ code: 'source_refused' });
    }
    expect(reached).toBe(before);
    await outbound.close();
  });

  it('reaches the canary when it is allowed: the corpus test can fail', async () => {
    for (const allow of [[`127.0.0.1:${port}`], ['127.0.0.0/8'], [`inside.test:${port}`]]) {
      const outbound = createOutbound({ allow, resolve: names });
      const host = allow[0]?.startsWith('inside') ? 'inside.test' : '127.0.0.1';
      expect((await outbound.request({ url: `http://${host}:${port}/`, timeoutMs: 2_000 })).text).toBe('hello');
      await outbound.close();
    }
  });

  it('never asks a metadata address, allowed or not', async () => {
    const outbound = createOutbound({ allow: ['169.254.0.0/16', '169.254.169.254', 'fd00::/8'] });
    for (const url of ['http://169.254.169.254/', 'http://[fd00:ec2::254]/', 'http://[::ffff:169.254.169.254]/']) {
      await expect(outbound.request({ url, timeoutMs: 1_000 })).rejects.toMatchObject({ code: 'source_refused' });
    }
    await outbound.close();
  });

  it('connects to the address that it judged, whatever the name answers next', async () => {
    let asked = 0;
    const rebinding: Resolve = (_host, callback) => {
      asked += 1;
      callback(null, [{ address: asked % 2 === 1 ? '203.0.113.1' : '127.0.0.1', family: 4 }]);
    };
    const outbound = createOutbound({ allow: [], resolve: rebinding });
    const before = reached;
    for (let i = 0; i < 50; i += 1) {
      await expect(outbound.request({ url: 'https://rebind.test/', timeoutMs: 500 })).rejects.toThrow();
    }
    expect(asked).toBe(50);
    expect(reached).toBe(before);
    await outbound.close();
  });

  it('follows no redirect, reads no more than its limit and waits no longer than its deadline', async () => {
    const outbound = createOutbound({ allow: [`127.0.0.1:${port}`] });
    const ask = (path: string) => outbound.request({ url: `http://127.0.0.1:${port}${path}`, timeoutMs: 300 });
    await expect(ask('/redirect')).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('redirect') });
    await expect(ask('/big')).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('more than') });
    await expect(ask('/slow')).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('300 ms') });
    expect((await ask('/')).status).toBe(200);
    await outbound.close();
  });
});
