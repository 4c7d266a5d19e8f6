import { MAX_RULESET_BYTES } from './envelope.ts';
import { type Failure, statusFailure } from './failures.ts';
import { createEventParser, type StreamEvent } from './sse.ts';
import type { Clock, Exchange, Transport } from './transport.ts';

/** What both requests need. */
export interface RequestPorts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Opens `GET /sdk/stream`. After `failed` nothing that is told counts; `ended` stands behind the events told before it. */
export function requestStream(
  ports: RequestPorts,
  headers: Readonly<Record<string, string>>,
  on: {
    readonly opened: () => void;
    readonly bytes: () => void;
    readonly event: (event: StreamEvent) => void;
    readonly failed: (failure: Failure) => void;
    readonly ended: (failure: Failure) => void;
  },
): Exchange {
  const path = '/sdk/stream';
  const parser = createEventParser({ maxChars: MAX_RULESET_BYTES, event: on.event });
  return ports.transport.open(
    { method: 'GET', path, headers: { accept: 'text/event-stream', ...headers } },
    {
      head(status, header) {
        const type = header('content-type') ?? 'none';
        if (status !== 200) on.failed(refusal(ports, path, status, header));
        else if (/^text\/event-stream\b/i.test(type)) on.opened();
        else on.failed({ code: 'content-type', message: `${path}: content-type ${type} instead of text/event-stream` });
      },
      chunk(bytes) {
        on.bytes();
        try {
          parser.push(bytes);
        } catch (error) {
          on.failed({ code: 'too-large', message: error instanceof Error ? error.message : 'the stream is not text' });
        }
      },
      end: (failure) => on.ended(failure ?? { code: 'closed', message: 'the server closed the stream' }),
    },
  );
}

/** Opens `GET /sdk/ruleset`; exactly one of `unchanged`, `failed` and `body` ends it. */
export function requestRuleset(
  ports: RequestPorts,
  headers: Readonly<Record<string, string>>,
  on: {
    readonly opened: () => void;
    readonly unchanged: () => void;
    readonly failed: (failure: Failure) => void;
    readonly body: (text: string) => void;
  },
): Exchange {
  const path = '/sdk/ruleset';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  return ports.transport.open(
    {
      method: 'GET',
      path,
      headers: { accept: 'application/json', 'accept-encoding': 'gzip', ...headers },
      maxBytes: MAX_RULESET_BYTES,
    },
    {
      head(status, header) {
        const type = header('content-type') ?? 'none';
        if (status === 304 && headers['if-none-match'] !== undefined) on.unchanged();
        else if (status !== 200) on.failed(refusal(ports, path, status, header));
        else if (/^application\/json\b/i.test(type)) on.opened();
        else on.failed({ code: 'content-type', message: `${path}: content-type ${type} instead of application/json` });
      },
      chunk(bytes) {
        try {
          text += decoder.decode(bytes, { stream: true });
        } catch {
          on.failed({ code: 'damaged', message: `${path}: not UTF-8` });
        }
      },
      end(failure) {
        if (failure === undefined) on.body(text);
        else on.failed(failure);
      },
    },
  );
}

function refusal(
  { clock, random }: RequestPorts,
  what: string,
  status: number,
  header: (name: string) => string | undefined,
): Failure {
  return statusFailure({ what, status, retryAfter: header('retry-after'), now: clock.now(), random: random() });
}
