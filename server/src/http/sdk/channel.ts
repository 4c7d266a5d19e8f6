import type { Prepared, Ruleset } from '@burgee/engine';
import type { Clock, EnvironmentPicture, Logger, Store } from '../../domain/ports.ts';
import { type Audience, buildRuleset } from '../../domain/ruleset.ts';
import { ChangeFeed, type Manner } from './change-feed.ts';
import type { OverrideBook } from './override-book.ts';
import { View } from './view.ts';

/** What channels share. */
export interface ChannelDeps {
  readonly store: Pick<Store, 'picture'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly prepare: (ruleset: Ruleset) => Prepared;
  /** Looks at a ruleset that is about to be published. `before` is the one that it replaces. */
  readonly check: (ruleset: Ruleset, before: Ruleset | undefined) => void;
  readonly slice: number;
}

const RETRY_MS = 1_000;

/** One environment: reads its picture when it moved, and keeps a view for each audience that asked. */
export class Channel {
  readonly project: string;
  readonly environment: string;
  readonly book: OverrideBook;
  readonly views = new Map<Audience, View>();
  readonly feeds = new Map<string, ChangeFeed>();
  #deps: ChannelDeps;
  #picture: EnvironmentPicture | undefined;
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  /** A refresh that waits for its time. */
  #due: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #failing = false;
  #endedAt = 0;
  #tookMs = 0;

  constructor(at: { project: string; environment: string }, book: OverrideBook, deps: ChannelDeps) {
    this.project = at.project;
    this.environment = at.environment;
    this.book = book;
    this.#deps = deps;
  }

  /** False once the environment turned out not to exist (any more). */
  get exists(): boolean {
    return this.#picture !== undefined;
  }

  /** The view of an audience; only of a channel that exists. */
  view(audience: Audience): View | undefined {
    const known = this.views.get(audience);
    if (known !== undefined || this.#picture === undefined) return known;
    const ruleset = this.#build(this.#picture, audience, undefined);
    const view = new View(ruleset, { book: this.book, prepare: this.#deps.prepare, slice: this.#deps.slice });
    this.views.set(audience, view);
    return view;
  }

  /** The changes that concern an audience, told in one manner; only of a channel that exists. */
  changes(audience: Audience, manner: Manner): ChangeFeed | undefined {
    const name = `${audience} ${manner}`;
    const known = this.feeds.get(name);
    const view = this.view('server');
    if (known !== undefined || view === undefined) return known;
    const feed = new ChangeFeed(view.ruleset, { audience, manner, book: this.book, slice: this.#deps.slice });
    this.feeds.set(name, feed);
    return feed;
  }

  /** Resolves when all that was committed before this call is published; moves that come meanwhile share one more read. */
  refresh(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (this.#reading === undefined) return this.#start();
    const next = this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#start();
      });
    this.#next = next;
    return next;
  }

  /** Resolves when every move so far is published, or could not be read: then what was there before still stands. */
  async settled(): Promise<void> {
    const isPutOff = this.#due !== undefined && !this.#failing;
    await (isPutOff ? this.refresh() : (this.#next ?? this.#reading))?.catch(() => undefined);
  }

  /**
   * Refreshes without anyone waiting, at once unless the last read has only just ended: then after a pause as long as that read
   * took, so that a burst of changes to a large environment takes at most about half of the process.
   */
  moved(): void {
    if (this.#due !== undefined || this.#stopped) return;
    const rest = this.#endedAt + this.#tookMs - performance.now();
    if (rest > 1) this.#due = setTimeout(() => this.#refreshAlone(), rest);
    else this.#refreshAlone();
  }

  #refreshAlone(): void {
    this.refresh().catch(() => undefined);
  }

  /** What has been published stands, and is tried to be renewed until it works, whoever waited for the read that failed. */
  #failed(error: unknown): void {
    if (this.#stopped || this.#picture === undefined) return;
    const { project, environment } = this;
    this.#deps.log.error({ err: error, project, environment }, 'cannot read a changed environment; trying again');
    this.#failing = true;
    this.#due ??= setTimeout(() => this.#refreshAlone(), RETRY_MS).unref();
  }

  /** Nothing is read any more of its own accord. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#due);
    this.#due = undefined;
  }

  overridesChanged(): void {
    for (const view of this.views.values()) view.overridesChanged();
    for (const feed of this.feeds.values()) feed.readers.pump();
  }

  #start(): Promise<void> {
    clearTimeout(this.#due);
    this.#due = undefined;
    const began = performance.now();
    const reading = this.#read().finally(() => {
      this.#endedAt = performance.now();
      this.#tookMs = this.#endedAt - began;
      if (this.#reading === reading) this.#reading = undefined;
    });
    reading.catch((error: unknown) => this.#failed(error));
    this.#reading = reading;
    return reading;
  }

  async #read(): Promise<void> {
    const picture = await this.#deps.store.picture(this.project, this.environment);
    this.#failing = false;
    const before = this.#picture?.revision;
    if (picture !== undefined && before !== undefined) {
      const { epoch, n } = picture.revision;
      if (epoch < before.epoch || (epoch === before.epoch && n <= before.n)) return;
    }
    this.#picture = picture;
    if (picture === undefined) return;
    for (const [audience, view] of this.views) view.publish(this.#build(picture, audience, view.ruleset));
    const ruleset = this.views.get('server')?.ruleset;
    if (ruleset !== undefined) for (const feed of this.feeds.values()) feed.look(ruleset);
  }

  #build(picture: EnvironmentPicture, audience: Audience, before: Ruleset | undefined): Ruleset {
    const ruleset = buildRuleset(picture, audience, this.#deps.clock());
    this.#deps.check(ruleset, before);
    return ruleset;
  }
}
