import { createBus } from './bus.ts';
import type { Client, Readiness, Revision, Source } from './client-types.ts';
import type { Feed, Known } from './feed.ts';
import type { Settings } from './options.ts';
import { createReads } from './reads.ts';
import { createReports } from './reports.ts';
import { createTabs } from './tabs.ts';
import { type Item, plain, unitOf } from './values.ts';

/** Wires everything together and starts it. Never throws. */
export function createCore(settings: Settings, feed: Feed): Client {
  // in here and first, so that they are inlined
  const READY_MS = 500;
  const IDENTIFY_MS = 5_000;
  /** What comes while an answer is awaited waits for so long. */
  const AGAIN_MS = 100;
  /** How often time is looked at. */
  const TICK_MS = 10_000;
  /** A server that is silent for so long is asked, and its stream is dead: it beats every 15 s. */
  const SILENT_MS = 30_000;
  /** By then the answer should have come. */
  const STALE_MS = 40_000;
  /** Conditions on the time change without anybody telling. */
  const REFRESH_MS = 600_000;
  /** Ticks between reports, and at least as long between lines in the log. */
  const REPORT_TICKS = 6;
  const { log, bootstrap } = settings;
  const { now } = Date;
  const page: Document | undefined = globalThis.document;
  const reports = createReports(settings);
  const gone = new AbortController();

  let context = plain(settings.context);
  let items: ReadonlyMap<string, Item> = new Map();
  let revision: Revision | null = null;
  let source: Source = 'default';
  /** Resolves when the values are the server's; `arrived` says that they are. */
  let arrival: Promise<void>;
  let arrived: (() => void) | undefined;

  let flight: object | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = Infinity;
  let blockedUntil = 0;
  let failures = 0;
  let heardAt = now();
  let syncedAt = heardAt;
  let loggedAt = 0;
  let ticks = 0;
  let isStale = false;
  /** Only while the page is there to be served. */
  let ticking: ReturnType<typeof setInterval> | undefined;

  const warn = (message: string): void => {
    if (log) log.warn(`burgee: ${message}`);
  };
  const [on, emit] = createBus((error) => warn(`listener failed: ${error}`));
  const readiness = (): Readiness => ({ source, ready: source !== 'default', revision });

  /** Full jitter: anywhere up to min(60 s, 2^failures s), so that many pages spread out. */
  const backoff = (): number => Math.random() * Math.min(60_000, 1_000 * 2 ** failures++);

  /** Others answer from now on. What answers the same stays the same object. */
  const show = (known: Known | undefined | false): void => {
    if (!known) return;
    const before = items;
    if (!revision) queueMicrotask(() => emit('ready', readiness()));
    const changed = new Set(before.keys());
    items = new Map(
      known.flags.map((item) => {
        const { key } = item;
        const held = before.get(key);
        const isSame = JSON.stringify(held) === JSON.stringify(item);
        changed[isSame ? 'delete' : 'add'](key);
        return [key, (isSame ? held : item) as Item];
      }),
    );
    ({ source, revision } = known);
    if (changed.size) emit('changed', { flags: [...changed], revision });
  };

  /** The values are not the server's any more. Whoever waits goes on waiting. */
  const depart = (): void => {
    if (arrived || gone.signal.aborted) return;
    arrival = new Promise((resolve) => {
      arrived = resolve;
    });
  };

  const heard = (): void => {
    heardAt = now();
    if (!isStale) return;
    isStale = false;
    emit('recovered', { revision });
  };

  /** Asks in so many ms at the latest; where the server does not want to be asked before some time, so long after that. */
  const plan = (ms: number): void => {
    const at = Math.max(now(), blockedUntil) + ms;
    if (!ticking || at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(sync, at - now());
  };

  const sync = async (): Promise<void> => {
    clearTimeout(timer);
    due = Infinity;
    if (gone.signal.aborted) return;
    if (flight || now() < blockedUntil) return plan(AGAIN_MS);
    const mine = {};
    flight = mine;
    const answer = await feed.ask(context, revision);
    const { status } = answer;
    blockedUntil = now() + answer.wait;
    // otherwise somebody else looks at the page by now
    if (flight !== mine) return;
    flight = undefined;
    try {
      show(feed.take(answer, context));
      source = 'live';
      syncedAt = now();
      heard();
      arrived?.();
      arrived = undefined;
      tabs.open();
    } catch {
      // a refused key or a wrong address rarely heals by time alone
      plan(status > 400 && status < 405 ? 60_000 + 240_000 * Math.random() : backoff());
      const message = `evaluation: HTTP ${status || 'failed'}`;
      emit('error', { code: status ? 'status' : 'network', message, status });
      if (now() - loggedAt < TICK_MS * REPORT_TICKS) return;
      loggedAt = now();
      warn(`${message}; flags answer from ${source}`);
    }
  };

  const tabs = createTabs(
    feed.name,
    (tell, broken) => feed.open(revision, tell, broken),
    (message) => {
      failures = 0;
      heard();
      const news = feed.hear(message, context, revision);
      // everybody is told at once and must not ask at once; whom nobody looks at has time
      if (news !== true) show(news);
      else plan(Math.random() * (page?.hidden ? 3_000 : 300));
    },
    (ms = backoff()) => {
      if (ms || !flight) plan(ms);
    },
  );

  const tick = (): void => {
    const silentMs = now() - heardAt;
    if (!(++ticks % REPORT_TICKS)) reports.flush();
    if (silentMs > STALE_MS && !isStale) {
      isStale = true;
      emit('stale', { revision });
    }
    if (due < Infinity) return;
    if (silentMs > SILENT_MS) tabs.close(0);
    else if (now() - syncedAt > REFRESH_MS) plan(0);
  };

  const start = (): void => {
    if (ticking) return;
    ticking = setInterval(tick, TICK_MS);
    tabs.attend();
    void sync();
  };
  /** A page that is put aside keeps nothing open: it may be kept for hours, and nobody else could lead. */
  const stop = (): void => {
    if (!ticking) return;
    reports.flush(true);
    clearInterval(ticking);
    ticking = undefined;
    clearTimeout(timer);
    due = Infinity;
    flight = undefined;
    tabs.leave();
  };

  const outcome: Client['outcome'] = ({ error, durationMs = 0 } = {}) =>
    reports.outcome(error != null && error !== false, Math.max(0, durationMs) || 0);

  const fails = ({ target }: Event): void => {
    // a picture that is missing is no failure of the script
    if (settings.outcomes && target === window) outcome({ error: true });
  };
  const ready: Client['ready'] = async ({ timeout = READY_MS } = {}) => {
    if (arrived) await Promise.race([arrival, new Promise((resolve) => setTimeout(resolve, timeout))]);
    return readiness();
  };

  depart();
  if (bootstrap?.unit === unitOf(context)) show({ ...bootstrap, source: 'bootstrap' });
  else {
    if (bootstrap) warn('bootstrap of another unit');
    show(feed.known(context));
  }
  // document's own events do not reach window, but pass it on their way down
  if (page) {
    for (const [event, run] of Object.entries<(event: Event) => void>({
      error: fails,
      unhandledrejection: fails,
      pagehide: stop,
      pageshow: start,
      freeze: stop,
      resume: start,
      online: () => tabs.close(1_000 * Math.random()),
      visibilitychange() {
        if (page.hidden) reports.flush(true);
        else if (now() - heardAt > 2 * TICK_MS || due < Infinity) {
          // timers may have slept with the machine: what was due need not have come
          due = Infinity;
          plan(0);
        }
      },
    }))
      addEventListener(event, run, { capture: true, signal: gone.signal });
    start();
  } else void sync();

  return {
    ...createReads(
      (flag) => items.get(flag),
      (item) => reports.met(item, context),
      () => revision,
    ),
    ready,
    on,
    identify(next, options = { timeout: IDENTIFY_MS }) {
      reports.forget();
      const unit = unitOf(context);
      context = plain(next);
      const known = feed.known(context);
      const isLive = known?.source === 'live';
      if (!isLive) {
        flight = undefined;
        depart();
      }
      source = 'storage';
      show(known ?? (unit !== unitOf(context) && { flags: [], source: 'default', revision }));
      emit('identified', { revision });
      if (!isLive) void sync();
      return ready(options);
    },
    outcome,
    status: () => ({ ...readiness(), stale: isStale }),
    values: () => ({ unit: unitOf(context), revision, flags: [...items.values()] }),
    close() {
      stop();
      gone.abort();
      arrived?.();
    },
  };
}
