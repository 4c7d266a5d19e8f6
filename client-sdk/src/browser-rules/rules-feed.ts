import type { Delta, Override, Ruleset } from '@burgee/engine';
import { type Compact, type CompactOptions, prepareCompact } from '@burgee/engine/compact';
import type { Revision } from '../browser/client-types.ts';
import type { Feed, Known } from '../browser/feed.ts';
import { hash } from '../browser/hash.ts';
import type { Settings } from '../browser/options.ts';
import { send } from '../browser/send.ts';
import { createStorage } from '../browser/storage.ts';
import type { Told } from '../browser/tabs.ts';
import { type Plain, textOf } from '../browser/values.ts';
import { compareRevisions, isNext, patched } from '../delivery/order.ts';
import { loadRegex } from '../regex.ts';
import { bytesOf, opened } from './envelope.ts';
import { readStream } from './stream.ts';

const never = () => undefined;

/** The page evaluates: `/sdk/ruleset` and `/sdk/stream` bring the rules of the flags that are open to it. */
export function createRulesFeed(settings: Settings): Feed {
  // in here and first, so that they are inlined
  const REQUEST_MS = 30_000;
  const SAVE_MS = 1_000;
  const name = `burgee rules ${hash([settings.url, settings.key])}`;
  const storage = createStorage<Ruleset>(name, settings);
  // one for the page: what is drawn at random stays as it is until the next
  const draw = Math.random();
  const code: { -readonly [K in keyof CompactOptions]: CompactOptions[K] } = { bytesOf };
  let held: Ruleset | undefined;
  /** The same once a server has sent it. */
  let live: Ruleset | undefined;
  let compact: Compact;
  let overrides: readonly Override[] = [];
  /** What the last answer held. */
  let asked: Ruleset | undefined;
  let isSaving = false;

  const prepare = (ruleset: Ruleset): Compact => {
    // an override holds until a ruleset says that it is in it
    overrides = overrides.filter(({ id }) => !ruleset.overridesApplied?.includes(id));
    return prepareCompact({ ...ruleset, overrides: [...overrides, ...(ruleset.overrides ?? [])] }, code);
  };
  /** What a ruleset lacks is loaded first; what cannot be had makes its flags answer their defaults. */
  const cover = async (ruleset: Ruleset): Promise<void> => {
    if (prepare(ruleset).lacks)
      code.more ??= await import('./measures.ts').then(({ MEASURE_OPERATORS }) => MEASURE_OPERATORS, never);
    if (prepare(ruleset).lacks) code.regex ??= await loadRegex().catch(never);
  };

  const known = (context: Plain): Known | undefined => {
    if (!held) return undefined;
    const now = Date.now();
    const flags = [...compact.flags].map(([key, decide]) => {
      const { value, ...rest } = decide(context, now, draw);
      return { key, ...rest, ...(value !== null && { value }) };
    });
    return { flags, source: live ? 'live' : 'storage', revision: held.revision };
  };

  const adopt = (ruleset: Ruleset, prepared: Compact): void => {
    held = ruleset;
    live = ruleset;
    compact = prepared;
    if (isSaving) return;
    isSaving = true;
    setTimeout(() => {
      isSaving = false;
      if (held) storage?.save('', held);
    }, SAVE_MS);
  };

  const stored = storage?.load('');
  try {
    if (stored) compact = prepare(stored);
    held = stored;
  } catch {
    // other code wrote it
  }

  return {
    name,
    known,
    async ask() {
      const etag = live && !compact.lacks ? `"${textOf(live.revision)}"` : '';
      const answer = await send(settings, '/sdk/ruleset', { signal: AbortSignal.timeout(REQUEST_MS) }, etag);
      asked = await opened<Ruleset>(answer.text).catch(never);
      if (asked) await cover(asked).catch(never);
      return answer;
    },
    take({ status }, context) {
      if (status !== 304) {
        if (status !== 200 || !asked) throw status;
        // what is held from storage pins nothing; of what the server sent, an older one never wins
        if (!live || compareRevisions(asked.revision, live.revision) >= 0) adopt(asked, prepare(asked));
      }
      return known(context);
    },
    hear({ type, value }: Told, context) {
      const incoming = value as Ruleset & Delta & Override & Revision;
      if (type === 'override') overrides = [...overrides, incoming];
      if (!live) return true;
      if (type === 'override') compact = prepare(live);
      else {
        const { revision = incoming } = incoming;
        const order = compareRevisions(revision, live.revision);
        // a snapshot may bring other overrides of the same revision; a goodbye has none
        if (type === 'snapshot' ? order < 0 : !(order > 0)) return undefined;
        const isDelta = type === 'delta';
        if (type === 'heartbeat' || (isDelta && !isNext(live.revision, revision))) return true;
        const next = isDelta ? patched(live, incoming) : incoming;
        const prepared = prepare(next);
        if (prepared.lacks) return true;
        adopt(next, prepared);
      }
      return known(context);
    },
    open: (_, tell, broken) => live && readStream(settings, live.revision, tell, broken),
  };
}
