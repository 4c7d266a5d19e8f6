import type { AnyReader, Detail, Revision } from './client-types.ts';
import type { Item } from './values.ts';

/** Reads over whatever finds a flag's evaluation. */
export function createReads(
  find: (key: string) => Item | undefined,
  /** What an evaluation was read for, each time. */
  met: (item: Item) => void,
  /** Null while nothing answers but defaults. */
  held: () => Revision | null,
): AnyReader {
  const peek = <T>(key: string, fallback: T): Detail<T> => {
    const revision = held();
    const item = find(key);
    const { value, errorCode, errorDetails, metadata, ...rest } = item ?? ({} as Partial<Item>);
    const isOfType = value === undefined || typeof value === typeof (fallback ?? {});
    const code = item ? (isOfType ? errorCode : 'TYPE_MISMATCH') : revision ? 'FLAG_NOT_FOUND' : 'PROVIDER_NOT_READY';
    const errorMessage = errorDetails || `flag ${key}: ${typeof value} received`;
    return code
      ? { key, value: fallback, reason: 'ERROR', revision, errorCode: code, errorMessage }
      : ({ ...rest, ...metadata, revision, value: value === undefined ? fallback : value } as Detail<T>);
  };

  const detail = <T>(key: string, fallback: T): Detail<T> => {
    const item = find(key);
    if (item) met(item);
    return peek(key, fallback);
  };
  const value = <T>(key: string, fallback: T): T => detail(key, fallback).value;
  return { boolean: value, string: value, number: value, json: value, detail, peek };
}
