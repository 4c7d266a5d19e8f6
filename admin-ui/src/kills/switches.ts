import type { FlagRow, StateRow } from '../api/resources.ts';

/** A flag where it can be killed. */
export interface Place {
  readonly flag: FlagRow['flag'];
  readonly row: StateRow;
}

/** The flags of one environment as they matter on a bad day. */
export interface Places {
  readonly killed: readonly Place[];
  /** Of kind kill switch, on or off. */
  readonly switches: readonly Place[];
  /** Whatever else is on. */
  readonly others: readonly Place[];
}

/** Those whose name, key or tags have every word of the search: newest kills first, the rest by name. */
export function placesOf(flags: readonly FlagRow[], environment: string, search: string): Places {
  const words = search.toLowerCase().split(/\s+/);
  const all = flags
    .filter(({ flag }) => !flag.archived && words.every((word) => textOf(flag).includes(word)))
    .flatMap(({ flag, states }): Place[] => {
      const row = states.find(({ state }) => state.environment === environment);
      return row ? [{ flag, row }] : [];
    })
    .sort((a, b) => nameOf(a.flag).localeCompare(nameOf(b.flag)));
  const isKilled = ({ row }: Place): boolean => row.state.killed !== null;
  const living = all.filter((place) => !isKilled(place));
  return {
    killed: all.filter(isKilled).sort((a, b) => (b.row.state.killed?.at ?? 0) - (a.row.state.killed?.at ?? 0)),
    switches: living.filter(({ flag }) => flag.kind === 'kill-switch'),
    others: living.filter(({ flag, row }) => flag.kind !== 'kill-switch' && row.state.enabled),
  };
}

export const nameOf = (flag: FlagRow['flag']): string => flag.name || flag.key;

const textOf = (flag: FlagRow['flag']): string => `${flag.name} ${flag.key} ${flag.tags.join(' ')}`.toLowerCase();
