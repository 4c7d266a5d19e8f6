/** Whether two JSON values are equal, whatever the order of their properties; an absent property equals an undefined one. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  const left = new Map<string, unknown>(Object.entries(a));
  const right = new Map<string, unknown>(Object.entries(b));
  return [...new Set([...left.keys(), ...right.keys()])].every((key) => isEqual(left.get(key), right.get(key)));
}

/** What an edit changes: the properties that are given and differ. */
export function changes<T extends object>(before: T, edit: { readonly [P in keyof T]?: T[P] | undefined }): Partial<T> {
  const given = Object.entries(edit) as [keyof T, T[keyof T] | undefined][];
  return Object.fromEntries(given.filter(([key, value]) => value !== undefined && !isEqual(before[key], value))) as Partial<T>;
}

/** The audit's two sides of an edit: only the properties that changed, lists of identified parts only where they differ. */
export function sides<T extends object>(before: T, changed: Partial<T>): { before: object; after: object } {
  const old: [string, unknown][] = [];
  const now: [string, unknown][] = [];
  for (const [key, value] of Object.entries(changed)) {
    const [was, is] = reduced(before[key as keyof T], value);
    old.push([key, was]);
    now.push([key, is]);
  }
  return { before: Object.fromEntries(old), after: Object.fromEntries(now) };
}

/** A history of long lists would be longer than what it tells about. */
const MOST_CHARACTERS = 32_000;

function reduced(was: unknown, is: unknown): [unknown, unknown] {
  if (isIdentified(was) && isIdentified(is)) {
    const sameOrder = isEqual(order(was, is), order(is, was));
    const old = new Map(was.map((part) => [part.id, part]));
    const now = new Map(is.map((part) => [part.id, part]));
    const less = (parts: readonly Identified[], others: ReadonlyMap<string, Identified>) =>
      parts.filter((part) => !sameOrder || !isEqual(part, others.get(part.id)));
    return [cut(less(was, now)), cut(less(is, old))];
  }
  return [cut(was), cut(is)];
}

interface Identified {
  readonly id: string;
}

function isIdentified(value: unknown): value is readonly Identified[] {
  return Array.isArray(value) && value.every((part) => typeof part?.id === 'string');
}

/** The ids of `parts` that `others` have too. */
function order(parts: readonly Identified[], others: readonly Identified[]): string[] {
  const kept = new Set(others.map(({ id }) => id));
  return parts.map(({ id }) => id).filter((id) => kept.has(id));
}

function cut(value: unknown): unknown {
  const length = JSON.stringify(value)?.length ?? 0;
  return length > MOST_CHARACTERS ? { leftOut: `${length} characters` } : value;
}
