import { createElement as h, StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { App } from '../../test/react-app.ts';
import { withFlags } from '../testing/index.ts';
import { BurgeeProvider, Flag, useClient, useFlag } from './index.ts';

const render = (client: ReturnType<typeof withFlags>, context = {}): string =>
  renderToString(h(StrictMode, null, h(BurgeeProvider, { client, context }, h(App)))).replaceAll(/<[^>]*>/g, '');

describe('components with a client in memory', () => {
  test('show what it is told, to whom it is told', () => {
    const flags = withFlags({ german: ({ country }) => country === 'de', half: true, who: 'b' });
    expect(render(flags, { country: 'de' })).toBe('new checkouthalfit is bon');
    expect(render(flags, { country: 'fr' })).toBe('old checkouthalfit is boff');
    flags.set('who', 'nobody');
    flags.unset('half');
    expect(render(flags)).toBe('old checkoutother halfsomebodyoff');
    expect(flags.unknown).toEqual(['half']);
    expect(flags.evaluations.map(({ errorCode }) => errorCode)).not.toContain('GENERAL');
  });

  test('find one client for one context, whoever asks', () => {
    const flags = withFlags({ json: { a: 1 } });
    const seen: unknown[] = [];
    const Look = () => {
      seen.push(useClient(), useFlag('json', { a: 0 }));
      return null;
    };
    for (let i = 0; i < 2; i++) renderToString(h(BurgeeProvider, { client: flags, context: { userId: 'u' } }, h(Look)));
    expect(seen[0]).toBe(seen[2]);
    expect(seen[1]).toEqual({ a: 1 });
    expect(seen[1]).toBe(seen[3]);
  });

  test('hear of changes, and of somebody else', async () => {
    const flags = withFlags({ who: ({ userId }) => String(userId) });
    let client: ReturnType<typeof useClient> | undefined;
    const Look = () => {
      client = useClient();
      return h(Flag, { name: 'who', variants: { u1: 'first', u2: 'second' } });
    };
    const page = () => renderToString(h(BurgeeProvider, { client: flags, context: { userId: 'u1' } }, h(Look)));
    expect(page()).toBe('first');
    const told: string[] = [];
    const stop = client?.on('changed', (change) => told.push(change.flags.join()));
    await client?.identify({ userId: 'u2' });
    expect(client?.string('who', '-')).toBe('u2');
    expect(page()).toBe('second');
    flags.set('who', 'u1');
    expect(page()).toBe('first');
    stop?.();
    flags.set('who', 'u3');
    expect(page()).toBe('');
    expect(told).toEqual(['who', 'who']);
  });

  test('say what is missing where there is no provider', () => {
    expect(() => renderToString(h(App))).toThrow('there is no <BurgeeProvider client={…}> around this component');
  });
});
