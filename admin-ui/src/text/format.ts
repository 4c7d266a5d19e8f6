/** Numbers and times in the reader's locale. Times are ms since the epoch. */
const locale = typeof navigator === 'undefined' ? 'en' : navigator.language;

/** Made when first used: each takes milliseconds to make, and no screen shows them all. */
function late<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
const numbers = (options: Intl.NumberFormatOptions) => late(() => new Intl.NumberFormat(locale, options));
const times = (options: Intl.DateTimeFormatOptions) => late(() => new Intl.DateTimeFormat(locale, options));
const whole = numbers({ maximumFractionDigits: 0 });
const fine = numbers({ maximumFractionDigits: 3 });
const significant = numbers({ maximumSignificantDigits: 3 });
const stamp = times({ dateStyle: 'medium', timeStyle: 'medium' });
const short = times({ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
const clock = times({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const shortly = times({ hour: '2-digit', minute: '2-digit' });
const day = times({ dateStyle: 'medium' });
const relative = late(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }));

export const count = (n: number): string => whole().format(n);
export const number = (n: number): string => fine().format(n);

/** A percent that is stored as a percent: 25 → `25 %`, with a space that does not break. */
export const percent = (n: number): string => `${fine().format(n)}\u00a0%`;

/** A rate 0…1 as a percent of three significant digits. */
export const rate = (r: number): string => `${significant().format(r * 100)}\u00a0%`;

export const exactTime = (at: number): string => stamp().format(at);
export const shortTime = (at: number): string => short().format(at);
export const shortDate = (at: number): string => day().format(at);
export const shortClock = (at: number): string => shortly().format(at);
export const clockTime = (at: number): string => clock().format(at);

/** A length of time in its largest one or two units: `2 min 5 s`. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(s / 86_400), 'd'],
    [Math.floor((s % 86_400) / 3600), 'h'],
    [Math.floor((s % 3600) / 60), 'min'],
    [s % 60, 's'],
  ];
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return '0\u00a0s';
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n}\u00a0${unit}`)
    .join(' ');
}

/** How long ago: `3 min ago`. */
export function ago(at: number, now: number): string {
  const s = Math.round((at - now) / 1000);
  const size = Math.abs(s);
  if (size < 60) return relative().format(Math.min(0, s), 'second');
  if (size < 3600) return relative().format(Math.trunc(s / 60), 'minute');
  if (size < 86_400) return relative().format(Math.trunc(s / 3600), 'hour');
  return relative().format(Math.trunc(s / 86_400), 'day');
}

/** How long until: `in 3 hr`. */
export function until(at: number, now: number): string {
  const s = Math.max(0, Math.round((at - now) / 1000));
  if (s < 60) return relative().format(s, 'second');
  if (s < 3600) return relative().format(Math.round(s / 60), 'minute');
  if (s < 86_400) return relative().format(Math.round(s / 3600), 'hour');
  return relative().format(Math.round(s / 86_400), 'day');
}

/** Evidence as odds: ln 2.08 → `8 : 1`. Below even it is no evidence at all. */
export function odds(ln: number): string {
  if (!Number.isFinite(ln) || ln <= 0) return 'none yet';
  return ln > Math.log(1e6) ? `over ${whole().format(1e6)}\u00a0:\u00a01` : `${significant().format(Math.exp(ln))}\u00a0:\u00a01`;
}

/** A sentence of the server's whose percents do not break over lines. */
export const unbroken = (sentence: string): string => sentence.replaceAll(/(?<=\d) (?=%)/g, '\u00a0');

/** The same words at the beginning of a line. */
export const leading = (words: string): string => words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
