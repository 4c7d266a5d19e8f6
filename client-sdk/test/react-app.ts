import { createElement as h, type ReactElement, useEffect, useState } from 'react';
import { Flag, useClient, useFlag, useSuspenseFlag } from '../src/react/index.ts';

/** How often each component was rendered. */
export const renders = new Map<string, number>();

function count(name: string): void {
  renders.set(name, (renders.get(name) ?? 0) + 1);
}

export function Checkout(): ReactElement {
  count('checkout');
  return h('main', null, useFlag('german', false) ? 'new checkout' : 'old checkout');
}

export function Half(): ReactElement {
  count('half');
  return h('aside', null, useFlag('half', false) ? 'half' : 'other half');
}

export function Who(): ReactElement {
  count('who');
  const shown = (name: string) => h('b', null, name);
  return h(Flag, { name: 'who', variants: { a: shown('it is a'), b: shown('it is b') }, fallback: shown('somebody') });
}

/** Reads through the component alone. */
export function Shown(): ReactElement {
  return h('p', null, h(Flag, { name: 'german', fallback: 'off' }, 'on'));
}

export function App(): ReactElement {
  return h('div', null, h(Checkout), h(Half), h(Who), h(Shown));
}

export function Waiting(): ReactElement {
  return h('main', null, useSuspenseFlag('german', false) ? 'new checkout' : 'old checkout');
}

/** Control: what a hook looks like that somebody writes in five minutes. */
export function NaiveCheckout(): ReactElement {
  count('checkout');
  const client = useClient();
  const [value, setValue] = useState(false);
  const [text, setText] = useState('');
  useEffect(() => {
    const look = () => setValue(client.boolean('german', false));
    look();
    return client.on('changed', look);
  }, [client]);
  useEffect(() => setText(value ? 'new checkout' : 'old checkout'), [value]);
  return h('main', null, text);
}
