import type { Prepared, Ruleset } from '@burgee/engine';
import type { Clock, EnvironmentPicture, Logger, Store } from '../../domain/ports.ts';
import { type Audience, buildRuleset } from '../../domain/ruleset.ts';
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
  #deps: ChannelDeps;
  #picture: EnvironmentPicture | undefined;
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;

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

  /** Resolves when every read that was asked for is published, or failed: then what was there before still stands. */
  async settled(): Promise<void> {
    await (this.#next ?? this.#reading)?.catch(() => undefined);
  }

  /** Refreshes without anyone waiting; tries again until it works. */
  moved(): void {
    this.refresh().catch((error: unknown) => {
      const { project, environment } = this;
      this.#deps.log.error({ err: error, project, environment }, 'cannot read a changed environment; trying again');
      setTimeout(() => this.moved(), RETRY_MS).unref();
    });
  }

  overridesChanged(): void {
    for (const view of this.views.values()) view.overridesChanged();
  }

  #start(): Promise<void> {
    const reading = this.#read().finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    this.#reading = reading;
    return reading;
  }

  async #read(): Promise<void> {
    const picture = await this.#deps.store.picture(this.project, this.environment);
    const before = this.#picture?.revision;
    if (picture !== undefined && before !== undefined) {
      const { epoch, n } = picture.revision;
      if (epoch < before.epoch || (epoch === before.epoch && n <= before.n)) return;
    }
    this.#picture = picture;
    if (picture === undefined) return;
    for (const [audience, view] of this.views) view.publish(this.#build(picture, audience, view.ruleset));
  }

  #build(picture: EnvironmentPicture, audience: Audience, before: Ruleset | undefined): Ruleset {
    const ruleset = buildRuleset(picture, audience, this.#deps.clock());
    this.#deps.check(ruleset, before);
    return ruleset;
  }
}
