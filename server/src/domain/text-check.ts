import type { Refuse } from './mistakes.ts';

/** Keys that are made here: flags, segments, projects, environments. Imported ones keep their names. */
export const KEY = /^[a-z0-9][a-z0-9._-]{0,99}$/;
const KEY_RULE = 'must be 1 to 100 of a-z, 0-9, ".", "_" and "-", and begin with a letter or digit';

/** Keys that people choose inside a flag: variants and rule ids. They become parts of paths, so no slash. */
const INNER_KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const INNER_KEY_RULE = 'must be 1 to 100 of A-Z, a-z, 0-9, ".", "_" and "-", and begin with a letter or digit';

// what databases, headers or UTF-8 cannot carry: control characters and unpaired surrogates
const UNFIT_LINE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const UNFIT_TEXT = /[\0\p{Cs}]/u;

export function checkKey(key: string, at: string, refuse: Refuse): void {
  if (!KEY.test(key)) refuse(at, KEY_RULE);
}

export function checkInnerKey(key: string, at: string, refuse: Refuse): void {
  if (!INNER_KEY.test(key)) refuse(at, INNER_KEY_RULE);
}

/** One line of text between `min` and `max` characters. */
export function checkLine(text: string, at: string, { min = 0, max }: { min?: number; max: number }, refuse: Refuse): void {
  if (text.length < min || text.length > max || text.trim().length < Math.min(min, 1))
    refuse(at, `must be ${min} to ${max} characters long`);
  else if (UNFIT_LINE.test(text)) refuse(at, 'must be one line without control characters or unpaired surrogates');
}

/** Text of several lines. */
export function checkText(text: string, at: string, max: number, refuse: Refuse): void {
  if (text.length > max) refuse(at, `must be at most ${max} characters long`);
  else if (!isStorable(text)) refuse(at, 'must not contain NUL or unpaired surrogates');
}

/** Whether every database and UTF-8 can carry the text unchanged. */
export function isStorable(text: string): boolean {
  return !UNFIT_TEXT.test(text);
}

/** Length in UTF-8. */
export function bytesOf(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // beyond 0x7f two bytes, beyond 0x7ff three; a surrogate pair is two units and four bytes
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

/** Notes every element that was there before, by its place. */
export function checkUnique(keys: readonly string[], at: (index: number) => string, refuse: Refuse): void {
  const seen = new Set<string>();
  keys.forEach((key, index) => {
    if (seen.has(key)) refuse(at(index), `must be unique: ${JSON.stringify(key)} is there already`);
    seen.add(key);
  });
}

/** The keys of a list, for messages. */
export function listed(keys: Iterable<string>, most = 10): string {
  const all = [...keys];
  const shown = all.slice(0, most).join(', ');
  return all.length > most ? `${shown} and ${all.length - most} more` : shown;
}
