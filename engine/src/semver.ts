/** A version of semver 2.0.0 whose build part, which orders nothing, is dropped. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Text after the hyphen, empty for a release. */
  readonly prerelease: string;
}

// longer texts are no versions (node-semver's limit), and 15 digits are what a double holds exactly
const LENGTH_LIMIT = 256;
const DIGIT_LIMIT = 15;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isIdentifier = (code: number): boolean =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 45;

/** Index after the dot-separated identifiers that start at `from`, or -1. Numeric ones have no leading zero when `ordered`. */
function identifiersEnd(text: string, from: number, ordered: boolean): number {
  let start = from;
  let numeric = true;
  for (let i = from; ; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 43;
    if (isIdentifier(code)) {
      if (!isDigit(code)) numeric = false;
      continue;
    }
    if (i === start) return -1;
    if (ordered && numeric && i - start > 1 && text.charCodeAt(start) === 48) return -1;
    if (code !== 46) return code === 43 ? i : -1;
    start = i + 1;
    numeric = true;
  }
}

function numberEnd(text: string, from: number): number {
  let i = from;
  while (i < text.length && isDigit(text.charCodeAt(i))) i++;
  if (i === from || i - from > DIGIT_LIMIT) return -1;
  return text.charCodeAt(from) === 48 && i - from > 1 ? -1 : i;
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) value = value * 10 + text.charCodeAt(i) - 48;
  return value;
}

/** Index where the core `1.2.3` ends with a legal rest behind it, or -1 where the text is no version. */
function coreEnd(text: string): number {
  if (text.length > LENGTH_LIMIT) return -1;
  const major = numberEnd(text, 0);
  if (major < 0 || text.charCodeAt(major) !== 46) return -1;
  const minor = numberEnd(text, major + 1);
  if (minor < 0 || text.charCodeAt(minor) !== 46) return -1;
  const end = numberEnd(text, minor + 1);
  if (end < 0) return -1;
  let rest = end;
  if (rest < text.length && text.charCodeAt(rest) === 45) rest = identifiersEnd(text, rest + 1, true);
  if (rest >= 0 && rest < text.length) rest = text.charCodeAt(rest) === 43 ? identifiersEnd(text, rest + 1, false) : -1;
  return rest === text.length ? end : -1;
}

/** The version that the text is, or null. Strict: three numbers, no leading `v`, no leading zeros. */
export function parseVersion(text: string): Version | null {
  const end = coreEnd(text);
  if (end < 0) return null;
  const first = text.indexOf('.');
  const second = text.indexOf('.', first + 1);
  const build = text.indexOf('+');
  return {
    major: digits(text, 0, first),
    minor: digits(text, first + 1, second),
    patch: digits(text, second + 1, end),
    prerelease: text.charCodeAt(end) === 45 ? text.slice(end + 1, build < 0 ? text.length : build) : '',
  };
}

function compareIdentifiers(a: string, b: string): number {
  const aNumeric = /^\d+$/.test(a);
  const bNumeric = /^\d+$/.test(b);
  if (aNumeric !== bNumeric) return aNumeric ? -1 : 1;
  if (aNumeric && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Precedence of semver 2.0.0 section 11: a prerelease is below its release, fewer identifiers are below more. */
function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? 1 : -1;
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < left.length && i < right.length; i++) {
    const order = compareIdentifiers(left[i] ?? '', right[i] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Negative, 0 or positive as the text is below, at or above the version; NaN where it is no version. */
export function compareToVersion(text: string, version: Version): number {
  // nearly every version is three numbers: those are read in one pass, and what has more behind them once again
  const end = text.length;
  let order = 0;
  let i = 0;
  for (let part = 0; part < 3; part++) {
    const bound = part === 0 ? version.major : part === 1 ? version.minor : version.patch;
    const start = i;
    let value = 0;
    let code = 0;
    for (; i < end; i++) {
      code = text.charCodeAt(i);
      if (!isDigit(code)) break;
      value = value * 10 + code - 48;
    }
    if (i === start || i - start > DIGIT_LIMIT || (i - start > 1 && text.charCodeAt(start) === 48)) return Number.NaN;
    if (order === 0) order = value - bound;
    if (part === 2) break;
    if (code !== 46) return Number.NaN;
    i++;
  }
  if (i === end && (order !== 0 || version.prerelease === '')) return order;
  const given = parseVersion(text);
  if (given === null) return Number.NaN;
  return order !== 0 ? order : comparePrereleases(given.prerelease, version.prerelease);
}
