import { connect } from 'node:net';

/** Sends bytes as they are and reads until the server closes or `waitMs` pass without an answer; for what clients refuse to send. */
export function sendRaw(port: number, request: string | readonly Buffer[], waitMs = 3000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(text);
    };
    const timer = setTimeout(finish, waitMs);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', finish);
    socket.on('close', finish);
    if (typeof request === 'string') socket.write(request);
    else for (const chunk of request) socket.write(chunk);
  });
}

/** The status of a raw answer; 0 where the connection was cut without one. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}
