import type { Ruleset } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function refuse(field: string, wanted: string, value: unknown): never {
  const shown = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  throw new TypeError(`ruleset.${field} must be ${wanted}, got ${typeof value === 'number' ? String(value) : shown}`);
}

// both go through everything at the start, before they are compiled: an iterator would take several times as long
function checkKeyed(name: string, list: unknown): void {
  if (!Array.isArray(list)) refuse(name, 'a list', list);
  for (let i = 0; i < list.length; i++) {
    const entry: unknown = list[i];
    if (!isObject(entry) || typeof entry.key !== 'string') refuse(`${name}[${i}]`, 'an object with a text as key', entry);
  }
}

/** What a list holds, by key. Throws a TypeError where a key comes twice. */
export function indexed<T extends { readonly key: string }>(name: string, list: readonly T[]): ReadonlyMap<string, T> {
  const byKey = new Map<string, T>();
  for (let i = 0; i < list.length; i++) {
    const entry = list[i] as T;
    byKey.set(entry.key, entry);
    if (byKey.size === i) throw new TypeError(`ruleset.${name} has the key ${entry.key} twice`);
  }
  return byKey;
}

function checkOverrides(overrides: unknown): void {
  if (overrides === undefined) return;
  if (!Array.isArray(overrides)) refuse('overrides', 'a list', overrides);
  for (const [index, entry] of overrides.entries()) {
    const { id, flag, rule, percent } = isObject(entry) ? entry : ({} as Fields);
    const isNamed = typeof id === 'string' && typeof flag === 'string' && typeof rule === 'string';
    if (!isNamed || typeof percent !== 'number' || Number.isNaN(percent)) {
      refuse(`overrides[${index}]`, '{ id, flag, rule, percent }', entry);
    }
  }
}

/**
 * Throws a TypeError that names the first field which keeps this from being a ruleset. What flags hold is not looked at, and keys
 * that come twice are found by {@link indexed}.
 */
export function checkEnvelope(ruleset: unknown): asserts ruleset is Ruleset {
  if (!isObject(ruleset)) throw new TypeError('a ruleset must be an object');
  if (ruleset.schema !== 1) refuse('schema', '1', ruleset.schema);
  for (const name of ['project', 'environment']) if (typeof ruleset[name] !== 'string') refuse(name, 'a text', ruleset[name]);
  const { revision, overridesApplied } = ruleset;
  if (!isObject(revision)) refuse('revision', '{ epoch, n }', revision);
  for (const name of ['epoch', 'n']) {
    const number = revision[name];
    if (!Number.isSafeInteger(number) || Number(number) < 0) refuse(`revision.${name}`, 'a non-negative integer', number);
  }
  checkKeyed('flags', ruleset.flags);
  checkKeyed('segments', ruleset.segments);
  checkOverrides(ruleset.overrides);
  if (
    overridesApplied !== undefined &&
    !(Array.isArray(overridesApplied) && overridesApplied.every((id) => typeof id === 'string'))
  ) {
    refuse('overridesApplied', 'a list of texts', overridesApplied);
  }
}
