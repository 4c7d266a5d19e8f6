/**
 * What addresses may say. Every key is answered, with undefined where its value makes no sense: the router would otherwise hand
 * on what stood in the address as it was.
 */
type Raw = Readonly<Record<string, unknown>>;

/** A word, also one that looks like a number. */
export function word(value: unknown): string | undefined {
  const said = typeof value === 'number' ? String(value) : value;
  return typeof said === 'string' && said !== '' ? said : undefined;
}

/** A path of this server: `//host` and `/\\host` would lead elsewhere. */
export function pathOfOurs(value: unknown): string | undefined {
  const path = word(value);
  return path !== undefined && /^\/(?![/\\])/.test(path) ? path : undefined;
}

/** What the flag list shows, in which order, and whether the panel for a new flag is open. */
export interface FlagFilter {
  readonly q?: string | undefined;
  readonly kind?: string | undefined;
  readonly life?: string | undefined;
  readonly tag?: string | undefined;
  /** A user's id, or `none`. */
  readonly owner?: string | undefined;
  readonly fav?: true | undefined;
  readonly archived?: true | undefined;
  /** `name`, `kind`, `life`, `seen`, `owner`, `made` or `in <environment>`; with a minus before it the other way round. */
  readonly sort?: string | undefined;
  readonly new?: true | undefined;
  /** What that panel starts with: a key, the type of its default in the code, and that default as JSON. */
  readonly key?: string | undefined;
  readonly type?: string | undefined;
  readonly fallback?: string | undefined;
}

export const flagFilter = (search: Raw): FlagFilter => ({
  q: word(search.q),
  kind: word(search.kind),
  life: word(search.life),
  tag: word(search.tag),
  owner: word(search.owner),
  fav: search.fav === true ? true : undefined,
  archived: search.archived === true ? true : undefined,
  sort: word(search.sort),
  new: search.new === true ? true : undefined,
  key: word(search.key),
  type: word(search.type),
  fallback: search.fallback === undefined ? undefined : jsonWord(search.fallback),
});

/** The router reads JSON out of addresses: here it is wanted as it was written. */
const jsonWord = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What the list of rollouts shows. */
export interface RolloutFilter {
  readonly show?: 'active' | 'ended' | undefined;
  readonly env?: string | undefined;
  readonly q?: string | undefined;
}

export const rolloutFilter = (search: Raw): RolloutFilter => ({
  show: search.show === 'active' || search.show === 'ended' ? search.show : undefined,
  env: word(search.env),
  q: word(search.q),
});
