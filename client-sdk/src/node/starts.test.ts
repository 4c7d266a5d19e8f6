import { spawn } from 'node:child_process';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Peer, type Script, startPeer } from '../../test/peer.ts';
import { flag, ruleset } from '../../test/rulesets.ts';

const ROUNDS = 25;
const starter = fileURLToPath(new URL('../../test/starter.ts', import.meta.url));
const closing: (() => unknown)[] = [];
let faults: Record<string, string>;
let healthy: Peer;

const answering = async (status: number, headers: Record<string, string>, body: string): Promise<string> => {
  const peer = await startPeer(ruleset([flag('a')]));
  const script: Script = (_request, response) => {
    response.writeHead(status, headers).end(body);
    return true;
  };
  peer.script = script;
  closing.push(() => peer.close());
  return peer.url;
};

const listening = async (server: net.Server, scheme: string): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

beforeAll(async () => {
  const silent = net.createServer((socket) => {
    socket.on('error', () => undefined);
    closing.push(() => socket.destroy());
  });
  // a server without a certificate: every handshake fails
  const unwilling = tls.createServer({});
  const refusing = net.createServer();
  healthy = await startPeer(ruleset([flag('a')]));
  closing.push(() => healthy.close());
  const refused = await listening(refusing, 'http');
  await new Promise((resolve) => refusing.close(resolve));
  closing.pop();
  faults = {
    refused,
    blackhole: await listening(silent, 'http'),
    dns: 'http://burgee.invalid',
    tls: await listening(unwilling, 'https'),
    401: await answering(401, {}, ''),
    429: await answering(429, { 'retry-after': '1' }, ''),
    500: await answering(500, {}, 'oops'),
    garbage: await answering(200, { 'content-type': 'text/event-stream' }, 'event: snapshot\ndata: {"sha256":"00"}\n\n'),
  };
});
afterAll(() => Promise.all(closing.map((close) => close())));

async function run(urls: readonly string[], rounds: number, how = ''): Promise<{ code: number | null; printed: unknown }> {
  const child = spawn(
    process.execPath,
    ['--conditions=burgee-source', '--import', 'tsx', starter, JSON.stringify(urls), String(rounds), how],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, printed: text === '' ? null : JSON.parse(text) };
}

test(`${8 * ROUNDS} starts at servers that fail: no crash, none late, the default answers`, async () => {
  const { code, printed } = await run(Object.values(faults), ROUNDS);
  expect(printed).toEqual({ starts: 8 * ROUNDS, late: 0, wrong: 0 });
  expect(code).toBe(0);
});

test('control: a client that trusts its network takes the process with it', async () => {
  const { code, printed } = await run([faults.refused ?? ''], 2, 'naive');
  expect(printed).toBeNull();
  expect(code).toBe(1);
});

test('control: the same starts at a server that works are seen by it', async () => {
  const { code } = await run([healthy.url], 1);
  expect(code).toBe(0);
  expect(healthy.requests.some(({ path }) => path === '/sdk/stream')).toBe(true);
});
