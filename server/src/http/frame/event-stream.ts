import type { ServerResponse } from 'node:http';

/** A reader that leaves more unread than this is dropped; it reconnects and reads anew. */
const BACKLOG_BYTES = 256 * 1024;
const HEARTBEAT = ':\n\n';
const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'private, no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** One open stream of server-sent events on a raw response. Nothing is queued beyond what its socket holds unread. */
export interface EventStream {
  /** Sends an event, whose name must be a plain word, or drops the reader when too much is unread. */
  send(name: string, data: unknown): void;
  /** A comment: proxies and browsers see that the stream is alive. */
  beat(): void;
  end(): void;
}

/** Begins a stream. `onClose` is called once, however it ends. */
export function openEventStream(response: ServerResponse, onClose: () => void): EventStream {
  let isOpen = true;
  const closed = () => {
    if (!isOpen) return;
    isOpen = false;
    onClose();
  };
  response.on('close', closed);
  response.on('error', closed);
  response.socket?.setNoDelay(true);
  response.writeHead(200, HEAD);
  // how long a browser waits before it reconnects, and bytes that tell it that the stream is there
  response.write(`retry: 2000\n${HEARTBEAT}`);

  function write(text: string): void {
    if (!isOpen) return;
    if (response.writableLength + text.length > BACKLOG_BYTES) response.destroy();
    else response.write(text);
  }

  return {
    send: (name, data) => write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`),
    beat: () => write(HEARTBEAT),
    end: () => {
      if (isOpen) response.end();
    },
  };
}
