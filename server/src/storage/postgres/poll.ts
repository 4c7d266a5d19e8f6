import type { Committed, Logger } from '../../domain/ports.ts';
import type { Watchers } from '../watchers.ts';

type Moves = Committed['revisions'];
type Known = Moves[number]['revision'];

/** Every server asks for all revisions this often: NOTIFY loses messages whenever a backend goes, a primary-key read does not. */
const EVERY_MS = 250;

/** Notices what other processes moved. */
export interface Poll {
  /** The revisions that this process made, told already. */
  note(moves: Moves): void;
  stop(): void;
}

/**
 * Tells the watchers of every environment whose revision differs from the last one seen, and of those that are gone. What
 * stands at the start is read first: nothing that moves after the promise resolves is missed.
 */
export async function startPoll(read: () => Promise<Moves>, watchers: Watchers, log: Logger): Promise<Poll> {
  const seen = new Map<string, Known>();
  let stopped = false;
  let failing = false;

  const pathOf = (move: Moves[number]) => `environment/${move.project}/${move.environment}`;
  function compare(moves: Moves): void {
    const moved = moves.filter((move) => {
      const known = seen.get(pathOf(move));
      return known?.epoch !== move.revision.epoch || known.n < move.revision.n;
    });
    const present = new Set(moves.map(pathOf));
    const gone = [...seen.keys()].filter((path) => !present.has(path));
    for (const path of gone) seen.delete(path);
    note(moved);
    watchers.tell({ revisions: moved, objects: gone });
  }
  function note(moves: Moves): void {
    for (const move of moves) seen.set(pathOf(move), move.revision);
  }
  async function tick(): Promise<void> {
    try {
      const moves = await read();
      if (!stopped) compare(moves);
      if (failing) log.info({}, 'postgres: the revisions can be read again');
      failing = false;
    } catch (error) {
      if (!failing && !stopped) log.warn({ err: error }, 'postgres: the revisions cannot be read');
      failing = true;
    }
    if (!stopped) timer = setTimeout(() => void tick(), EVERY_MS).unref();
  }
  note(await read());
  let timer = setTimeout(() => void tick(), EVERY_MS).unref();
  return {
    note,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
