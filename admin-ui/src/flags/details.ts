import type { Flag } from '@burgee/server/api';
import type { FlagPatch } from '../api/changes.ts';
import { linesFrom, variantsFrom } from './new-flag.ts';

/** What the panel of a flag's details edits. */
export interface Details {
  readonly name: string;
  readonly description: string;
  readonly kind: Flag['kind'];
  readonly tags: readonly string[];
  readonly owner: string | null;
  readonly links: Flag['links'];
  readonly browserAccess: Flag['browserAccess'];
  /** As typed; empty: it stays. */
  readonly lifetime: string;
  /** One variant a line; null: they are not edited here. */
  readonly lines: string | null;
}

export function detailsOf(flag: Flag): Details {
  const { name, description, kind, tags, owner, links, browserAccess, lifetimeDays, type, variants } = flag;
  const lines = type === 'boolean' ? null : linesFrom(variants, type);
  return {
    name,
    description,
    kind,
    tags,
    owner,
    links,
    browserAccess,
    lifetime: lifetimeDays === null ? '' : String(lifetimeDays),
    lines,
  };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What is typed on top of what is there now: fields that nobody touched here are as they are there. */
export function rebased(typed: Details, base: Details, now: Details): Details {
  const names = Object.keys(now) as (keyof Details)[];
  return Object.fromEntries(
    names.map((name) => [name, same(typed[name], base[name]) ? now[name] : typed[name]]),
  ) as unknown as Details;
}

/** What differs from the flag, as it is sent; null where the variants are not ones. */
export function patchOf(flag: Flag, typed: Details): FlagPatch | null {
  const was = detailsOf(flag);
  const { lifetime, lines, ...rest } = typed;
  const plain = Object.fromEntries(Object.entries(rest).filter(([name, value]) => !same(value, was[name as keyof Details])));
  const variants = lines === null || lines === was.lines ? undefined : variantsFrom(lines, flag.type);
  if (variants === null) return null;
  return {
    ...(plain as FlagPatch),
    ...(lifetime === was.lifetime ? {} : { lifetimeDays: lifetime.trim() === '' ? null : Number(lifetime) }),
    ...(variants === undefined ? {} : { variants }),
  };
}
