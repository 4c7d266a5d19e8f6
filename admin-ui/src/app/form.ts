import { useEffect, useState } from 'react';

/** What somebody is typing, and what it was made from. */
interface Draft<T> {
  readonly base: T;
  readonly version: number;
  readonly value: T;
}

export interface FormHandle<T> {
  /** What the form shows: what was typed, or the server's truth while nothing was. */
  readonly value: T;
  readonly base: T;
  /** The version that a save is based on. */
  readonly version: number;
  readonly dirty: boolean;
  /** Whether what was typed came back after the form was closed, a reload or a login. */
  readonly recovered: boolean;
  /** The server's truth, where it moved on since typing began. */
  readonly moved: T | null;
  set(part: Partial<T>): void;
  discard(): void;
  /** Puts what was typed on top of what the server has now: fields that were not touched here are the server's. */
  rebase(): void;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function merged<T extends object>({ base, value }: Draft<T>, server: T): Pick<Draft<T>, 'base' | 'value'> {
  const touched = (Object.keys(value) as (keyof T)[]).filter((field) => !same(value[field], base[field]));
  const mine = Object.fromEntries(touched.map((field) => [field, value[field]])) as Partial<T>;
  return { base: server, value: { ...server, ...mine } };
}

function read<T>(key: string | null): Draft<T> | null {
  if (key === null) return null;
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as Draft<T> | null;
  } catch {
    return null;
  }
}

/**
 * A form over something that has versions (0: it is still to be made). What was typed outlives the panel, events, reloads and
 * expired sessions until it is saved or discarded; with `name` null it lives as long as the form, for what is secret.
 */
export function useForm<T extends object>(
  name: string | null,
  server: { readonly value: T; readonly version: number },
): FormHandle<T> {
  const key = name === null ? null : `burgee-form/${name}`;
  const [draft, setDraft] = useState<Draft<T> | null>(() => read(key));
  const [recovered, setRecovered] = useState(draft !== null);
  useEffect(() => {
    if (key === null) return;
    if (draft) sessionStorage.setItem(key, JSON.stringify(draft));
    else sessionStorage.removeItem(key);
  }, [key, draft]);
  const hasMoved = draft !== null && draft.version !== server.version && !same(draft.base, server.value);
  const discard = () => {
    setDraft(null);
    setRecovered(false);
  };
  return {
    value: draft?.value ?? server.value,
    base: draft?.base ?? server.value,
    version: draft && hasMoved ? draft.version : server.version,
    dirty: draft !== null,
    recovered,
    moved: hasMoved ? server.value : null,
    set: (part) =>
      setDraft((before) => {
        const value = { ...(before?.value ?? server.value), ...part };
        const base = before?.base ?? server.value;
        return same(value, base) ? null : { base, version: before?.version ?? server.version, value };
      }),
    discard,
    rebase: () => setDraft((before) => before && { ...merged(before, server.value), version: server.version }),
  };
}
