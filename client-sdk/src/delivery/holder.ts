import { needsRegex, type Override, type Prepared, type PrepareOptions, prepareSource, type Revision } from '@burgee/engine';
import type { Receipt } from './connection.ts';
import { type Digest, openEnvelope } from './envelope.ts';
import type { Held } from './held.ts';
import { differences, mergeDelta, mergeSnapshot } from './merge.ts';
import { activeOverrides } from './order.ts';

/** Where what is being evaluated came from. `default`: nothing is held, callers get their defaults. */
export type Source = 'live' | 'file' | 'disk' | 'bootstrap' | 'default';

/** What one swap of the ruleset brought. */
export interface Swap {
  readonly source: Source;
  readonly ruleset: Held;
  readonly prepared: Prepared;
  /** Flags whose definition, segments or percent changed. */
  readonly changed: readonly string[];
  /** It came as a whole: nothing of the one before is in it. */
  readonly isWhole: boolean;
}

/** Holds the newest good ruleset. Older, damaged and foreign ones never get in, and a failing one leaves everything as it was. */
export interface Holder {
  receive(envelope: string): Promise<Receipt>;
  /** A ruleset from disk or from the caller's bootstrap; taken only while nothing is held. */
  seed(ruleset: Held, source: 'disk' | 'bootstrap'): Promise<void>;
  /** Takes a ruleset whatever its revision, for those that people write. */
  replace(ruleset: Held): Promise<Prepared>;
  /** The server has what is held. True when it had come from elsewhere and is now as good as live. */
  confirm(): boolean;
  override(override: Override): void;
  ruleset(): Held | undefined;
  revision(): Revision | undefined;
  source(): Source;
}

export function createHolder(input: {
  readonly digest: Digest;
  /** Loads the RE2 engine; called once, before the first ruleset that needs it is prepared. */
  readonly loadRegex: () => Promise<NonNullable<PrepareOptions['regex']>>;
  readonly swapped: (swap: Swap) => void;
  /** A newly applied live ruleset, and the envelope in which it came where it came as a whole. */
  readonly applied: (ruleset: Held, envelope: string | undefined) => void;
}): Holder {
  let held: Held | undefined;
  let prepared: Prepared | undefined;
  let source: Source = 'default';
  let overrides: readonly Override[] = [];
  let regex: PrepareOptions['regex'];
  let wantsRegex = false;

  /** Of a delta only what it brings: a large ruleset is not searched anew for each change. */
  const ready = async (needs: boolean): Promise<void> => {
    if (regex !== undefined) return;
    wantsRegex ||= needs;
    // without it only the flags that need it answer their default
    if (wantsRegex) regex = await input.loadRegex().catch(() => undefined);
  };

  const swap = (ruleset: Held, from: Source, changed: readonly string[], isWhole: boolean): Prepared => {
    const active = activeOverrides(overrides, ruleset);
    const effective = { ...ruleset, overrides: active, overridesApplied: [] };
    const moved = new Set(changed);
    for (const { flag } of [...overrides, ...active]) moved.add(flag);
    const before = isWhole || prepared === undefined ? undefined : { prepared, changed: moved };
    prepared = prepareSource(effective, regex === undefined ? {} : { regex }, before);
    overrides = active;
    held = ruleset;
    source = from;
    input.swapped({ source: from, ruleset, prepared, changed, isWhole });
    return prepared;
  };

  return {
    async receive(envelope) {
      const message = openEnvelope(envelope, input.digest);
      // what came from disk pins nothing: a server that was set up anew under the same address wins
      const foreignSeed =
        message.kind === 'ruleset' && source !== 'live' && held !== undefined && !sameHome(held, message.ruleset);
      const base = foreignSeed ? undefined : held;
      const merge = message.kind === 'ruleset' ? mergeSnapshot(base, message.ruleset) : mergeDelta(base, message.delta);
      switch (merge.verdict) {
        case 'resync':
          return { ok: false, failure: { code: 'resync', message: 'a revision is missing' } };
        case 'foreign':
          return { ok: false, failure: { code: 'foreign', message: 'the ruleset belongs to another project or environment' } };
        case 'older':
          return { ok: true, newest: false };
        case 'ignore':
          return { ok: true, newest: true };
        case 'take':
          await ready(message.kind === 'ruleset' ? wants(message.ruleset) : needsRegex(message.delta));
          swap(merge.ruleset, 'live', merge.changed, message.kind === 'ruleset');
          input.applied(merge.ruleset, message.kind === 'ruleset' ? envelope : undefined);
          return { ok: true, newest: true };
      }
    },
    async seed(ruleset, from) {
      await ready(wants(ruleset));
      if (held !== undefined) return;
      swap(ruleset, from, [...ruleset.flags.keys()], true);
    },
    async replace(ruleset) {
      await ready(wants(ruleset));
      return swap(ruleset, 'file', held === undefined ? [...ruleset.flags.keys()] : differences(held, ruleset), true);
    },
    confirm() {
      if (held === undefined || source === 'live') return false;
      source = 'live';
      return true;
    },
    override(override) {
      overrides = [...overrides.filter((one) => one.id !== override.id), override].slice(-MOST_OVERRIDES);
      if (held !== undefined) swap(held, source, [override.flag], false);
    },
    ruleset: () => held,
    revision: () => held?.revision,
    source: () => source,
  };
}

const MOST_OVERRIDES = 1_000;

const wants = ({ flags, segments }: Held): boolean => flags.needsRegex || needsRegex({ flags: [], segments });

const sameHome = (a: Held, b: Held): boolean => a.project === b.project && a.environment === b.environment;
