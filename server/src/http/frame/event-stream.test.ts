import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import { openEventStream } from './event-stream.ts';

const LOAD = { text: 'x'.repeat(16_000) };
/** Far more than the kernel keeps for a connection on the loopback. */
const MANY = 4_000;

/** Sends events to one reader until it is dropped or all are sent; how many were, and the most that waited in this process. */
async function serveOne(reads: boolean): Promise<{ sent: number; dropped: boolean; mostWaiting: number }> {
  const server = createServer();
  const response = new Promise<ServerResponse>((resolve) => server.on('request', (_, outgoing) => resolve(outgoing)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  if (reads) socket.resume();
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const outgoing = await response;
  let dropped = false;
  const stream = openEventStream(outgoing, () => {
    dropped = true;
  });
  let sent = 0;
  let mostWaiting = 0;
  for (; sent < MANY && !dropped; sent++) {
    stream.send('moved', LOAD);
    mostWaiting = Math.max(mostWaiting, outgoing.writableLength);
    if (sent % 4 === 3) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return { sent, dropped, mostWaiting };
}

it('drops a reader that takes nothing, and keeps little for it', async () => {
  const { sent, dropped, mostWaiting } = await serveOne(false);
  expect(dropped).toBe(true);
  expect(sent).toBeLessThan(MANY);
  expect(mostWaiting).toBeLessThanOrEqual(300 * 1024);
});

it('keeps a reader that reads', async () => {
  expect(await serveOne(true)).toMatchObject({ sent: MANY, dropped: false });
});
