import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventParser, type StreamEvent } from './sse.ts';

function parse(chunks: readonly Uint8Array[], maxChars = 1_000_000): StreamEvent[] {
  const events: StreamEvent[] = [];
  const parser = createEventParser({ event: (event) => events.push(event), maxChars });
  for (const chunk of chunks) parser.push(chunk);
  return events;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const LINES = [
  ': a comment',
  'event: snapshot',
  'id: 1.7',
  'data: {"a":"ü😀"}',
  'data: second line',
  '',
  'data',
  'data:no space',
  'unknown: field',
  '',
  'id: with\0nul',
  'retry: 10',
  'data: last',
  '',
  '',
  'data: never finished',
];
const WANTED: StreamEvent[] = [
  { event: 'snapshot', data: '{"a":"ü😀"}\nsecond line', id: '1.7' },
  { event: 'message', data: '\nno space', id: '1.7' },
  { event: 'message', data: 'last', id: '1.7' },
];

test.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('reads the same events wherever a stream with %s is split', (_name, end) => {
  for (const mark of ['', '\ufeff']) {
    const stream = bytes(mark + LINES.join(end));
    expect(parse([stream])).toEqual(WANTED);
    expect(parse([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(WANTED);
    for (let at = 0; at <= stream.length; at++) expect(parse([stream.subarray(0, at), stream.subarray(at)])).toEqual(WANTED);
  }
});

test('reads the same events under random splits, with line ends mixed', () => {
  const ends = fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: LINES.length, maxLength: LINES.length });
  fc.assert(
    fc.property(ends, fc.array(fc.nat(200), { maxLength: 20 }), (endings, cuts) => {
      // CR, then an empty line that ends with LF, is one CRLF: the specification cannot tell them apart either
      const safe = endings.map((end, i) => (end === '\r' && LINES[i + 1] === '' ? '\n' : end));
      const stream = bytes(LINES.map((line, i) => line + (safe[i] ?? '')).join(''));
      const at = [0, ...cuts.map((cut) => cut % stream.length).sort((a, b) => a - b), stream.length];
      const chunks = at.slice(1).map((end, i) => stream.subarray(at[i], end));
      expect(parse(chunks).slice(0, 3)).toEqual(WANTED);
    }),
    { seed: 7, numRuns: 1_000 },
  );
});

test('a parser that splits on LF only would merge events: the corpus tells', () => {
  const naive = LINES.join('\r').split('\n\n').length;
  expect(naive).toBe(1);
});

test('refuses an event above the cap, in one line or in many', () => {
  expect(() => parse([bytes(`data: ${'x'.repeat(200)}`)], 100)).toThrow(RangeError);
  expect(() => parse([bytes('data: 0123456789\n'.repeat(20))], 100)).toThrow(RangeError);
  expect(parse([bytes('data: 0123456789\n\n'.repeat(20))], 100)).toHaveLength(20);
});

test('a cut-off multi-byte character is held until it is whole', () => {
  const stream = bytes('data: 😀\n\n');
  expect(parse([stream.subarray(0, 8), stream.subarray(8)])[0]?.data).toBe('😀');
});
