import type { Flag } from '@burgee/server/api';
import { literal, union } from './source-text.ts';

type JsonValue = Flag['variants'][number]['value'];
type JsonObject = { readonly [key: string]: JsonValue };

// deeper than people read; keeps a value that nests without end from ending the process
const DEEPEST = 12;
// more properties than this are keys of a dictionary
const MOST_PROPERTIES = 50;

/** A type that all these values have: properties that some objects lack are optional, what differs in kind becomes a union. */
export function jsonType(values: readonly JsonValue[], depth = 0): string {
  if (depth > DEEPEST) return 'unknown';
  const lists = values.filter((value) => Array.isArray(value)) as readonly (readonly JsonValue[])[];
  const objects = values.filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value)) as JsonObject[];
  const types = values.flatMap((value) => (value === null ? ['null'] : typeof value === 'object' ? [] : [typeof value]));
  if (lists.length > 0) types.push(listType(lists.flat(), depth));
  if (objects.length > 0) types.push(objectType(objects, depth));
  return union(types, 'unknown');
}

function listType(elements: readonly JsonValue[], depth: number): string {
  const element = jsonType(elements, depth + 1);
  return /^(\w+|\{[^|]*\})$/.test(element) ? `readonly ${element}[]` : `readonly (${element})[]`;
}

function objectType(objects: readonly JsonObject[], depth: number): string {
  const properties = new Map<string, JsonValue[]>();
  for (const [key, value] of objects.flatMap(Object.entries) as [string, JsonValue][]) {
    const known = properties.get(key);
    if (known === undefined) properties.set(key, [value]);
    else known.push(value);
  }
  if (properties.size === 0 || properties.size > MOST_PROPERTIES)
    return `{ readonly [key: string]: ${jsonType([...properties.values()].flat(), depth + 1)} }`;
  const members = [...properties]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, found]) => {
      const mark = found.length < objects.length ? '?' : '';
      return `readonly ${literal(key)}${mark}: ${jsonType(found, depth + 1)}`;
    });
  return `{ ${members.join('; ')} }`;
}
