// an RFC 3339 time of any use; more digits of a second than this fit mean nothing in a double of milliseconds
const LENGTH_LIMIT = 40;
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days from 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, chrono-compatible date algorithms). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

/** Milliseconds since the epoch of an RFC 3339 date-time, which always has its offset; NaN where the text is none. */
export function parseInstant(text: string): number {
  if (text.length > LENGTH_LIMIT) return Number.NaN;
  const parts = RFC_3339.exec(text);
  if (parts === null) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const fraction = Number(parts[7] ?? 0);
  const offsetHours = Number(parts[9] ?? 0);
  const offsetMinutes = Number(parts[10] ?? 0);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = (MONTH_DAYS[month - 1] ?? 0) + (month === 2 && leap ? 1 : 0);
  // second 60 is a leap second, which POSIX time counts as the next minute's first
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59)
    return Number.NaN;
  const sign = parts[8] === '-' ? -1 : 1;
  const minutes = daysFromCivil(year, month, day) * 1440 + hour * 60 + minute - sign * (offsetHours * 60 + offsetMinutes);
  return (minutes * 60 + second) * 1000 + fraction * 1000;
}

/** The instant that an attribute or a condition's value is: an RFC 3339 text, ms since the epoch, or a Date; else NaN. */
export function instantOf(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : Number.NaN;
  if (typeof value === 'string') return parseInstant(value);
  return value instanceof Date ? Date.prototype.getTime.call(value) : Number.NaN;
}
