import { describe, expect, test } from 'vitest';
import { withFlags } from './index.ts';
import { testWithFlags } from './vitest.ts';

const client = withFlags({ 'new-checkout': false, color: 'red' });
const withClient = testWithFlags(client);

/** The application under test: it has a client of its own, here the one in memory. */
const checkout = (): string => (client.boolean('new-checkout', { targetingKey: 'u' }, false) ? 'new' : 'old');

describe.sequential('one after the other', () => {
  withClient('a test sets what it needs', ({ flags }) => {
    expect(flags).toBe(client);
    expect(checkout()).toBe('old');
    flags.set('new-checkout', true);
    expect(checkout()).toBe('new');
    expect(flags.evaluations).toHaveLength(2);
  });

  withClient('the next begins afresh', ({ flags }) => {
    expect(flags.evaluations).toEqual([]);
    expect(checkout()).toBe('old');
  });

  withClient('and so does one after a test that did not ask for the client', () => {
    client.set('color', 'blue');
    expect(client.evaluations).toEqual([]);
  });

  withClient.fails('and one after a test that failed', ({ flags }) => {
    expect(flags.string('color', {}, '')).toBe('red');
    flags.set('color', 'blue');
    throw new Error('this test is to fail');
  });

  withClient('and this one', ({ flags }) => {
    expect(flags.string('color', {}, '')).toBe('red');
    flags.set('color', 'blue');
  });

  test('a test without the fixture finds it reset as well, and leaves what it does', () => {
    expect(client.string('color', {}, '')).toBe('red');
    client.set('color', 'green');
  });

  test('as the next one sees', () => {
    expect(client.string('color', {}, '')).toBe('green');
  });
});
