import type { FlagType, JsonValue, Variant } from '@burgee/engine';

const KEY = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** Whether a flag made here may be called so. */
export const isKey = (key: string): boolean => KEY.test(key);

/** A key from a name: `New checkout!` → `new-checkout`. */
export function keyFrom(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[-._]+|[-._]+$/g, '')
    .slice(0, 100);
}

/** `red = "#f00"` a line, as variants of the type; null where a line is not one. */
export function variantsFrom(lines: string, type: FlagType): Variant[] | null {
  const variants: Variant[] = [];
  for (const line of lines.split('\n').filter((l) => l.trim() !== '')) {
    const at = line.indexOf('=');
    const key = line.slice(0, at).trim();
    const raw = line.slice(at + 1).trim();
    if (at < 1 || key === '') return null;
    if (type === 'string') variants.push({ key, value: raw });
    else {
      try {
        const value = JSON.parse(raw) as JsonValue;
        if (type === 'number' && typeof value !== 'number') return null;
        variants.push({ key, value });
      } catch {
        return null;
      }
    }
  }
  return variants.length < 2 ? null : variants;
}

/** Variants as lines that `variantsFrom` reads back; null where a text would not survive it. */
export function linesFrom(variants: readonly Variant[], type: FlagType): string | null {
  const lines = variants
    .map(({ key, value }) => `${key} = ${type === 'string' ? String(value) : JSON.stringify(value)}`)
    .join('\n');
  return JSON.stringify(variantsFrom(lines, type)) === JSON.stringify(variants) ? lines : null;
}

/** What the variants' field starts with. */
export const EXAMPLES: Readonly<Record<Exclude<FlagType, 'boolean'>, string>> = {
  string: 'off = \nblue = blue',
  number: 'off = 0\nhigh = 100',
  json: 'off = {}\nfull = {"limit": 10}',
};

/** The variants' field for a flag whose default in the code (JSON) is known: it comes first, so that making the flag changes nothing. */
export function startLines(fallback: string | undefined, type: Exclude<FlagType, 'boolean'>): string {
  try {
    const value = JSON.parse(fallback ?? '') as JsonValue;
    if (type !== 'json' && typeof value !== type) return EXAMPLES[type];
    return `default = ${type === 'string' ? String(value) : JSON.stringify(value)}\nother = ${type === 'string' ? '' : type === 'number' ? 0 : '{}'}`;
  } catch {
    return EXAMPLES[type];
  }
}
