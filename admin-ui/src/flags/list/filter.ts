import type { FlagRow } from '../../api/resources.ts';
import type { FlagFilter } from '../../app/search-params.ts';
import { LIFE_CYCLES, type LifeCycle, lifecycleOf } from '../lifecycle.ts';
import { reachPercent } from '../words.ts';

/** A flag of the list with what is worked out of it once, not on every keystroke. */
export interface ListRow extends FlagRow {
  readonly life: LifeCycle;
  /** When anybody last asked for it anywhere, ms; null: not in the last 90 days. */
  readonly seen: number | null;
  readonly ownerName: string;
  /** What the search looks at, in small letters. */
  readonly words: string;
}

export function listRows(rows: readonly FlagRow[], owners: ReadonlyMap<string, string>, now: number): ListRow[] {
  return rows.map((row) => {
    const { flag, states } = row;
    const seen = states.reduce((last, { lastEvaluated }) => Math.max(last, lastEvaluated ?? 0), 0);
    const ownerName = flag.owner === null ? '' : (owners.get(flag.owner) ?? '');
    const words = `${flag.name} ${flag.key} ${flag.tags.join(' ')} ${ownerName}`.toLowerCase();
    return { ...row, life: lifecycleOf(row, now), seen: seen === 0 ? null : seen, ownerName, words };
  });
}

const NOBODY = 'none';

/** The rows that the filter lets through, in the order that it wants. */
export function chosenRows(rows: readonly ListRow[], filter: FlagFilter, favourites: ReadonlySet<string>): ListRow[] {
  const { q, kind, life, tag, owner, fav } = filter;
  const parts = (q ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((part) => part !== '');
  const found = rows.filter(
    (row) =>
      (kind === undefined || row.flag.kind === kind) &&
      (life === undefined || row.life === life) &&
      (tag === undefined || row.flag.tags.includes(tag)) &&
      (owner === undefined || (owner === NOBODY ? row.flag.owner === null : row.flag.owner === owner)) &&
      (fav !== true || favourites.has(row.flag.key)) &&
      parts.every((part) => row.words.includes(part)),
  );
  return filter.sort === undefined ? found : sorted(found, filter.sort);
}

type Rank = (row: ListRow) => string | number;
const RANKS: Readonly<Record<string, Rank>> = {
  name: ({ flag }) => (flag.name || flag.key).toLowerCase(),
  kind: ({ flag }) => flag.kind,
  life: ({ life }) => LIFE_CYCLES.indexOf(life),
  // who was asked for last stands first
  seen: ({ seen }) => -(seen ?? 0),
  owner: ({ ownerName }) => (ownerName === '' ? '\uffff' : ownerName.toLowerCase()),
  made: ({ flag }) => -flag.createdAt,
};

/** How far a flag reaches in an environment, most first: killed and off are nothing, several rules stand before one of 100 %. */
function reachIn(environment: string): Rank {
  return ({ states }) => {
    const state = states.find((row) => row.state.environment === environment)?.state;
    if (state === undefined || state.killed !== null) return 2;
    return state.enabled ? -(reachPercent(state) ?? 101) : 1;
  };
}

export function sorted(rows: readonly ListRow[], sort: string): ListRow[] {
  const falling = sort.startsWith('-');
  const by = falling ? sort.slice(1) : sort;
  const rank = by.startsWith('in ') ? reachIn(by.slice(3)) : (RANKS[by] ?? null);
  if (rank === null) return [...rows];
  const sign = falling ? -1 : 1;
  const ranked = rows.map((row) => ({ row, at: rank(row) }));
  ranked.sort((a, b) => {
    if (typeof a.at === 'number' && typeof b.at === 'number') return sign * (a.at - b.at);
    return sign * String(a.at).localeCompare(String(b.at));
  });
  return ranked.map(({ row }) => row);
}

/** What a click on a column's name makes of the order: this column, then it backwards, then the order of keys. */
export function nextSort(now: string | undefined, column: string): string | undefined {
  if (now === column) return `-${column}`;
  return now === `-${column}` ? undefined : column;
}
