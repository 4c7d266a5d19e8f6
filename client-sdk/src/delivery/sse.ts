/** One dispatched event of a server-sent event stream. */
export interface StreamEvent {
  /** `message` when the stream names none. */
  readonly event: string;
  readonly data: string;
  /** The last `id` that the stream gave, this event's or an earlier one's. */
  readonly id: string;
}

/** Feeds chunks of bytes, split anywhere, to a parser. */
export interface EventParser {
  /** Throws a RangeError once a single event exceeds the cap; the stream is unusable after that. */
  push(chunk: Uint8Array): void;
}

const TERMINATOR = /\r\n|\r|\n/g;

/**
 * A parser for `text/event-stream` as WHATWG HTML section 9.2.6 defines it: CR, LF and CRLF, a leading byte order mark,
 * comments, data over several lines, ids with NUL ignored. An event that the stream's end cuts off is never dispatched.
 * `retry` is ignored (a goodbye names the pause). `maxChars` bounds the memory that one event may take.
 */
export function createEventParser(input: {
  readonly event: (event: StreamEvent) => void;
  readonly maxChars: number;
}): EventParser {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  let afterCr = false;
  let event = '';
  let data: string[] = [];
  let size = 0;
  let id = '';

  const field = (name: string, value: string): void => {
    if (name === 'data') {
      data.push(value);
      size += value.length + 1;
    } else if (name === 'event') {
      event = value;
    } else if (name === 'id') {
      if (!value.includes('\0')) id = value;
    }
  };

  const line = (text: string): void => {
    if (text === '') {
      const joined = data.join('\n');
      const name = event === '' ? 'message' : event;
      data = [];
      event = '';
      size = 0;
      if (joined !== '') input.event({ event: name, data: joined, id });
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    const from = text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
    if (colon < 0) field(text, '');
    else field(text.slice(0, colon), text.slice(from));
  };

  return {
    push(chunk) {
      let text = decoder.decode(chunk, { stream: true });
      if (text === '') return;
      if (afterCr && text.charCodeAt(0) === 10) text = text.slice(1);
      afterCr = text === '' ? false : text.charCodeAt(text.length - 1) === 13;
      let from = 0;
      for (const match of text.matchAll(TERMINATOR)) {
        const tail = text.slice(from, match.index);
        from = match.index + match[0].length;
        const whole = rest + tail;
        rest = '';
        if (size + whole.length > input.maxChars)
          throw new RangeError(`an event of the stream exceeds ${input.maxChars} characters`);
        line(whole);
      }
      rest += text.slice(from);
      if (size + rest.length > input.maxChars)
        throw new RangeError(`an event of the stream exceeds ${input.maxChars} characters`);
    },
  };
}
