import { describe, expect, test } from 'vitest';
import { type Carrier, OVERRIDE_SOURCES, tokensIn, withToken } from './override-sources.ts';

const carrier = (url: string, headers: Readonly<Record<string, string>> = {}): Carrier => ({
  url,
  header: (name) => headers[name],
});

describe('tokens are found', () => {
  test.each([
    ['query', carrier('/p?a=1&burgee-override=T&b=2'), ['T']],
    ['query', carrier('http://x/p?burgee-override=T'), ['T']],
    ['query', carrier('/p?burgee-override=T&burgee-override=U'), ['T', 'U']],
    ['query', carrier('/burgee-override=T'), []],
    ['query', carrier('/p?burgee-override'), ['']],
    ['query', carrier('/p?x-burgee-override=T'), []],
    ['header', carrier('/', { 'burgee-override': 'T' }), ['T']],
    ['header', carrier('/', { 'burgee-override': 'T, U' }), ['T', 'U']],
    ['header', carrier('/', {}), []],
    ['cookie', carrier('/', { cookie: 'a=1; burgee-override=T; b=2' }), ['T']],
    ['cookie', carrier('/', { cookie: 'burgee-override=T;burgee-override=U' }), ['T', 'U']],
    ['cookie', carrier('/', { cookie: 'my-burgee-override=T' }), []],
    ['baggage', carrier('/', { baggage: 'user=1,burgee-override=T;prop=1, other=2' }), ['T']],
    ['baggage', carrier('/', { baggage: 'burgee-override = T ,burgee-override=U' }), ['T', 'U']],
    ['baggage', carrier('/', { baggage: 'a=burgee-override=T' }), []],
  ] as const)('in a %s, %#', (source, request, found) => {
    expect(tokensIn(source, request)).toEqual(found);
    for (const other of OVERRIDE_SOURCES) if (other !== source) expect(tokensIn(other, request)).toEqual([]);
  });
});

describe('baggage', () => {
  test.each([
    ['', 'T', 'burgee-override=T'],
    ['a=1;p,b=2', 'T', 'a=1;p,b=2,burgee-override=T'],
    ['a=1,burgee-override=OLD;p=1', 'T', 'a=1,burgee-override=T'],
    ['a=1, burgee-override=OLD , b=2', undefined, 'a=1,b=2'],
    ['', undefined, ''],
  ])('%j with %s', (baggage, token, wanted) => expect(withToken(baggage, token)).toBe(wanted));

  test('that is full stays as it is', () => {
    const full = `a=${'x'.repeat(8_150)}`;
    expect(withToken(full, 'T'.repeat(100))).toBe(full);
    expect(withToken(full, 'T')).toBe(`${full},burgee-override=T`);
  });
});
