import { Agent, request } from 'node:http';

/** What came back for one request of one user. */
export interface Visit {
  readonly page: Page;
  /** Whether the page's new version answered. */
  readonly exposed: boolean;
  readonly failed: boolean;
  readonly user: number;
  /** Which of the shop's processes answered, by its place in the list. */
  readonly shop: number;
  /** When the answer was here, ms since the epoch. */
  readonly at: number;
}

/** The shop's pages; each has a new version behind a flag of its own. */
export const PAGES = {
  product: { flag: 'product-page', method: 'GET', path: '/products/7' },
  checkout: { flag: 'new-checkout', method: 'POST', path: '/checkout' },
  cart: { flag: 'new-cart', method: 'GET', path: '/cart' },
  search: { flag: 'new-search', method: 'GET', path: '/search?q=sail' },
} as const;
export type Page = keyof typeof PAGES;

/** How many people there are; the first this many requests come from as many different ones. */
export const POPULATION = 120_000;
const SLOT_MS = 10;

/**
 * An open loop of real HTTP requests over kept-alive connections to several shops: `perSecond` a second whether or not the shop
 * keeps up (requests that could not be sent are counted). Nine in ten go to the page in focus.
 */
export class Traffic {
  readonly #ports: readonly number[];
  readonly #perSecond: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 128 });
  readonly #seen = new Uint8Array(POPULATION);
  readonly #listeners = new Set<(visit: Visit) => void>();
  #timer: NodeJS.Timeout | undefined;
  #focus: Page = 'product';
  #sent = 0;
  #open = 0;
  #since = 0;
  distinctUsers = 0;
  answered = 0;
  unanswered = 0;

  constructor(ports: readonly number[], perSecond: number) {
    this.#ports = ports;
    this.#perSecond = perSecond;
  }

  focus(page: Page): void {
    this.#focus = page;
  }

  watch(listener: (visit: Visit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    this.#since = performance.now();
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - this.#since) / 1_000) * this.#perSecond);
      for (; this.#sent < due; this.#sent += 1) this.#send();
    }, SLOT_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (let i = 0; i < 100 && this.#open > 0; i += 1) await new Promise((done) => setTimeout(done, 20));
    this.#agent.destroy();
  }

  /** Answered requests a second since the start. */
  rate(): number {
    return this.answered / ((performance.now() - this.#since) / 1_000);
  }

  #send(): void {
    if (this.#open >= 512) {
      this.unanswered += 1;
      return;
    }
    const n = this.#sent;
    const pages = Object.keys(PAGES) as Page[];
    const page = n % 10 === 9 ? (pages[Math.floor(n / 10) % pages.length] ?? this.#focus) : this.#focus;
    // A step that shares no factor with the population visits everyone once before anyone twice.
    const user = (n * 7_919) % POPULATION;
    if (this.#seen[user] === 0) {
      this.#seen[user] = 1;
      this.distinctUsers += 1;
    }
    const shop = n % this.#ports.length;
    const { method, path } = PAGES[page];
    this.#open += 1;
    const done = (visit: Visit | null): void => {
      this.#open -= 1;
      if (visit === null) this.unanswered += 1;
      else {
        this.answered += 1;
        for (const listener of this.#listeners) listener(visit);
      }
    };
    const sent = request(
      {
        agent: this.#agent,
        host: '127.0.0.1',
        port: this.#ports[shop] ?? 0,
        method,
        path,
        headers: { 'x-user': `user-${user}` },
      },
      (response) => {
        response.resume();
        response.on('end', () =>
          done({
            page,
            user,
            shop,
            exposed: response.headers['x-version'] === 'new',
            failed: (response.statusCode ?? 500) >= 500,
            at: Date.now(),
          }),
        );
      },
    );
    sent.on('error', () => done(null));
    sent.end();
  }
}
