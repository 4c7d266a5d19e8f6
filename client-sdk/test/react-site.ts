import { createElement as h, type ReactElement, StrictMode, Suspense, startTransition, useLayoutEffect, useState } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import type { AnyReader, Values } from '../src/browser/index.ts';
import * as sdk from '../src/browser/index.ts';
import * as rules from '../src/browser-rules/index.ts';
import { BurgeeProvider, useClient, useFlag } from '../src/react/index.ts';
import { App, Checkout, NaiveCheckout, renders, Waiting } from './react-app.ts';

const container = document.body.appendChild(document.createElement('div'));
container.id = 'root';
let root: Root | undefined;

const ROWS = 20;
/** Distinct values that rows showed in one commit, the most there ever were. */
let torn = 0;

/** Takes long enough for React to hand the thread back between rows. */
function slowly(value: boolean): ReactElement {
  for (const until = performance.now() + 8; performance.now() < until; );
  return h('i', null, String(value));
}

function Row(): ReactElement {
  return slowly(useFlag('german', false));
}

/** Control: reads what may change between two rows. */
function NaiveRow(): ReactElement {
  return slowly(useClient().peek('german', false).value);
}

/** Rows that read the same flag while something else may change it between two of them. */
function Rows({ isNaive }: { readonly isNaive: boolean }): ReactElement {
  useLayoutEffect(() => {
    const shown = new Set([...container.querySelectorAll('i')].map(({ textContent }) => textContent));
    torn = Math.max(torn, shown.size);
  });
  return h('div', null, ...Array.from({ length: ROWS }, (_, i) => h(isNaive ? NaiveRow : Row, { key: i })));
}

function Later({ isNaive }: { readonly isNaive: boolean }): ReactElement {
  const [isThere, setThere] = useState(false);
  const show = () => startTransition(() => setThere(true));
  return h('div', null, h('button', { type: 'button', onClick: show }, 'show'), isThere && h(Rows, { isNaive }));
}

const trees = {
  app: () => h(App),
  strict: () => h(StrictMode, null, h(App)),
  checkout: () => h(Checkout),
  naive: () => h(NaiveCheckout),
  waiting: () => h(StrictMode, null, h(Suspense, { fallback: h('main', null, 'waiting') }, h(Waiting))),
  rows: () => h(Later, { isNaive: false }),
  'naive rows': () => h(Later, { isNaive: true }),
} as const;

export type Tree = keyof typeof trees;

export const page = {
  mount(tree: Tree, more: { readonly timeout?: number } = {}): void {
    root = createRoot(container);
    root.render(h(BurgeeProvider, { client: window.client, ...more }, trees[tree]()));
  },
  hydrate(html: string, values: Values | undefined): void {
    container.innerHTML = html;
    root = hydrateRoot(container, h(BurgeeProvider, { client: window.client, ...(values && { values }) }, trees.app()));
  },
  unmount: (): void => root?.unmount(),
  text: (): string => container.textContent ?? '',
  renders: (name: string): number => renders.get(name) ?? 0,
  forget: (): void => renders.clear(),
  torn: (): number => torn,
  /** The variants that were read by `detail`. */
  reads: [] as string[],
  spy(): void {
    const { detail, peek } = window.client as AnyReader;
    const watched: AnyReader['detail'] = (key, fallback) => {
      page.reads.push(peek(key, false).variant ?? '');
      return detail(key, fallback);
    };
    Object.assign(window.client, { detail: watched });
  },
};

declare global {
  interface Window {
    page: typeof page;
    rules: typeof rules;
  }
}

Object.assign(window, { sdk, rules });
