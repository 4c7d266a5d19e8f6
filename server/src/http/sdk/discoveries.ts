import type { Report, UnknownFlagReport } from '@burgee/engine';
import { BurgeeError } from '../../domain/errors.ts';
import type { Asked } from '../../domain/flag/discovered.ts';
import { discover } from '../../domain/flag/discovered-decisions.ts';
import type { Clock, Logger, Store } from '../../domain/ports.ts';
import { commitDecision } from '../frame/commit.ts';

interface Place {
  readonly project: string;
  readonly environment: string;
}

/** Gathers what SDKs with server keys ask for and nobody has, and writes it down now and then, so that it costs no commit a report. */
export interface Discoveries {
  note(at: Place, report: Pick<Report, 'app' | 'unknown'>): void;
  /** Writes down what is left. */
  close(): Promise<void>;
}

/** The first name shows up soon; a crowd of processes that all ask for it makes one commit in so long, ms. */
const PACE = { firstMs: 1_000, againMs: 30_000 };
/** Names of one environment that wait to be written. */
const MOST_WAITING = 2_000;
const MOST_APPS = 10;

export function createDiscoveries(input: {
  readonly store: Pick<Store, 'get' | 'getAll' | 'list' | 'commit'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pace?: typeof PACE;
}): Discoveries {
  const { store, clock, log, pace = PACE } = input;
  const waiting = new Map<string, { readonly at: Place; readonly asked: Map<string, Asked> }>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let writing = Promise.resolve();

  function add(asked: Map<string, Asked>, app: string, { flag, type, fallback, count }: UnknownFlagReport): void {
    const known = asked.get(flag);
    if (known === undefined && asked.size >= MOST_WAITING) return;
    const apps = [...new Set([app, ...(known?.apps ?? [])])].slice(0, MOST_APPS);
    asked.set(flag, { flag, type, fallback, apps, count: (known?.count ?? 0) + count });
  }

  async function write({ project, environment }: Place, asked: readonly Asked[]): Promise<void> {
    await commitDecision(store, async () => {
      const here = await store.get('environment', { project, key: environment });
      if (here === undefined) return { change: null };
      const known = await store.list('discovered', { project, environment });
      const names = new Set([...known.map(({ entity }) => entity.flag), ...asked.map(({ flag }) => flag)]);
      const flags = await existing(store, project, [...names]);
      return { change: discover({ project, environment, known, flags }, asked, clock()) };
    });
  }

  async function writeAll(): Promise<void> {
    const due = [...waiting.values()];
    waiting.clear();
    writtenAt = performance.now();
    for (const { at, asked } of due) {
      try {
        await write(at, [...asked.values()]);
      } catch (error) {
        // it is asked for again, so it is reported again
        const code = error instanceof BurgeeError ? error.code : undefined;
        log.warn({ ...at, code, err: error }, 'cannot write down which unknown flags are asked for');
      }
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(writeAll);
    return writing;
  }

  return {
    note(at, { app, unknown = [] }) {
      if (unknown.length === 0) return;
      const key = `${at.project}/${at.environment}`;
      const here = waiting.get(key) ?? { at: { project: at.project, environment: at.environment }, asked: new Map() };
      waiting.set(key, here);
      for (const one of unknown) add(here.asked, app, one);
      const wait = Math.max(pace.firstMs, writtenAt + pace.againMs - performance.now());
      timer ??= setTimeout(() => void flush(), wait).unref();
    },
    close: flush,
  };
}

/** Which of these keys are flags of the project. */
export async function existing(
  store: Pick<Store, 'getAll'>,
  project: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const flags = await store.getAll(
    'flag',
    keys.map((key) => ({ project, key })),
  );
  return new Set(flags.flatMap((stored) => stored?.entity.key ?? []));
}
