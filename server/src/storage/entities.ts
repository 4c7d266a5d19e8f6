/** How entities lie in tables, the same in both databases: which properties are columns, which of them are unique, what a path is. */
import { BurgeeError } from '../domain/errors.ts';
import { type Change, type Entities, FILTERS, KEYS, type KeyOf, type Kind, type Where, type Write } from '../domain/ports.ts';

type Row = Readonly<Record<string, unknown>>;

/** Properties outside KEYS and FILTERS that the adapters themselves ask for. */
const INTERNAL: Partial<Record<Kind, readonly string[]>> = {
  rollout: ['confirmedAt'],
  discovered: ['lastSeenAt'],
};

/** Columns that hold numbers; all others hold text. */
export const INTEGER_COLUMNS: ReadonlySet<string> = new Set(['confirmedAt', 'lastSeenAt']);

/** Columns that may be null; keys never are. */
export const NULLABLE: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  token: ['project', 'environment'],
  rollout: ['confirmedAt'],
};

/** Columns beside the key that the database holds unique. A rollout's id is, because reports and leases name it alone. */
export const UNIQUE: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  user: ['email'],
  token: ['hash'],
  rollout: ['id'],
};

/** The states in which a rollout holds its rule: one at a time for a (flag, environment, rule), held by a partial unique index. */
export const ACTIVE = ['pending', 'running', 'holding', 'paused'] as const;

/** Reports that wait to become a rollout's evidence: beyond so many, nobody folds them and more would only fill the disk. */
export const MOST_WAITING = 20_000;

/** From so many on none of a client key is taken any more: however many of them are sent, those of server keys find room. */
export const MOST_WAITING_FOR_CLIENTS = 4_000;

const columns = new Map<Kind, readonly string[]>();

/** Key columns first, in key order. */
export function columnsOf(kind: Kind): readonly string[] {
  const known = columns.get(kind);
  if (known) return known;
  const made = [...new Set<string>([...KEYS[kind], ...FILTERS[kind], ...(INTERNAL[kind] ?? [])])];
  columns.set(kind, made);
  return made;
}

/** The key's properties of an entity or of a key. */
export function keyOf<K extends Kind>(kind: K, from: Entities[K] | KeyOf<K>): Record<string, string> {
  const row = from as unknown as Row;
  return Object.fromEntries(KEYS[kind].map((name) => [name, String(row[name])]));
}

/** The values of an entity's columns, without version and body. */
export function columnValues(kind: Kind, entity: Entities[Kind]): Record<string, unknown> {
  const row = entity as unknown as Row;
  return Object.fromEntries(columnsOf(kind).map((name) => [name, row[name] ?? null]));
}

/** `rollout/default/production/ab12` */
export function pathOf<K extends Kind>(kind: K, from: Entities[K] | KeyOf<K>): string {
  return [kind, ...Object.values(keyOf(kind, from))].join('/');
}

/** The conditions of a `where`, those left out dropped. A name that is no column is a programmer's mistake. */
export function conditionsOf<K extends Kind>(kind: K, where: Where<K>): (readonly [column: string, value: unknown])[] {
  const known = columnsOf(kind);
  return Object.entries(where).filter(([name, value]) => {
    if (!known.includes(name)) throw new TypeError(`${kind} cannot be filtered by ${name}`);
    return value !== undefined;
  });
}

/** Kind, key and path of what a write is about. */
export function subjectOf(write: Write): { readonly kind: Kind; readonly key: Record<string, string>; readonly path: string } {
  const kind = 'put' in write ? write.put : write.remove;
  const from = 'put' in write ? write.entity : write.key;
  return { kind, key: keyOf(kind, from as KeyOf<Kind>), path: pathOf(kind, from as KeyOf<Kind>) };
}

/** Somebody else changed it since: `current` is what stands there now, null when nothing does. */
export function conflict(write: Write, current: { version: number; entity: unknown } | null): BurgeeError {
  const { kind, key, path } = subjectOf(write);
  const now = current === null ? 'it is gone' : `it is at version ${current.version}`;
  return new BurgeeError('conflict', `${path} has changed since version ${String(write.basedOn)} was read: ${now}`, {
    kind,
    key,
    current,
  });
}

/** A key or a unique property is taken. `columns` as the database names them. */
export function taken(write: Write, columns: readonly string[], cause: unknown): BurgeeError {
  const { kind, key, path } = subjectOf(write);
  // Two starts that both saw a free rule: the second one decides again and then meets the first as the holder.
  if (kind === 'rollout' && columns.includes('rule'))
    return new BurgeeError('conflict', `${path}: another rollout holds the rule by now`, { kind, key, current: null }, cause);
  const field = columns.find((name) => UNIQUE[kind]?.includes(name));
  const what = field === undefined ? path : `${kind} with this ${field}`;
  return new BurgeeError('exists', `${what} already exists`, { kind, key, ...(field === undefined ? {} : { field }) }, cause);
}

/** The lease is not (or no longer) held: expired, taken over, or broken by a revert. */
export function leaseLost(rollout: string): BurgeeError {
  return new BurgeeError('conflict', `the lease on rollout ${rollout} is no longer held`, { kind: 'lease', key: { rollout } });
}

/** An environment that a change wants to move has been removed. */
export function environmentGone(at: { readonly project: string; readonly environment: string }): BurgeeError {
  const key = { project: at.project, key: at.environment };
  const message = `environment/${at.project}/${at.environment} does not exist any more`;
  return new BurgeeError('conflict', message, { kind: 'environment', key, current: null });
}

/** A report or a batch number of this fold is already in the evidence. */
export function foldedBefore(rollout: string, cause?: unknown): BurgeeError {
  const message = `reports of rollout ${rollout} were folded already`;
  return new BurgeeError('conflict', message, { kind: 'fold', key: { rollout } }, cause);
}

/** Each environment once, in the one order in which every writer locks them. */
export function inKeyOrder<T extends { readonly project: string; readonly environment: string }>(places: readonly T[]): T[] {
  const byPath = new Map(places.map((place) => [`${place.project}/${place.environment}`, place]));
  return [...byPath].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
}

/** The rollout as this change writes it, if it does. */
export function writtenHere(change: Change, id: string): Entities['rollout'] | undefined {
  for (const write of change.writes) if ('put' in write && write.put === 'rollout' && write.entity.id === id) return write.entity;
  return undefined;
}

/** `batch/default/production/ab12`: new evidence of a rollout. */
export function batchPath(rollout: Entities['rollout'] | undefined, id: string): string {
  return rollout === undefined ? `batch/${id}` : `batch/${rollout.project}/${rollout.environment}/${rollout.id}`;
}

/** Whether a rollout's mark may be on its rule: not ended, or reverted and not yet confirmed. */
export function isMarked(rollout: Entities['rollout']): boolean {
  return ACTIVE.some((state) => state === rollout.state) || (rollout.state === 'reverted' && rollout.confirmedAt === null);
}
