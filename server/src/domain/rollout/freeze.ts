/** Days as people write them; Monday is the first. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

/**
 * When a plan does not advance, by the clock on the wall of `timeZone` (IANA): from `from` to `to` (`HH:MM`, `to` not included) on
 * each of `days`. `to` at or before `from` ends on the day after.
 */
export interface Freeze {
  readonly days: readonly Day[];
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const DAY_MINUTES = 1_440;
/** Whatever freezes longer than that has no end, ms. */
const LONGEST = 9 * DAY_MINUTES * MINUTE;

/** When the freeze that holds at `at` ends, ms; null: none holds. Infinity: one that never ends. Windows that touch are one. */
export function frozenUntil(freeze: readonly Freeze[], at: number): number | null {
  let now = at;
  for (let end = endOfOne(freeze, now); end !== null; end = endOfOne(freeze, now)) {
    now = end;
    if (!(now - at <= LONGEST)) return Number.POSITIVE_INFINITY;
  }
  return now === at ? null : now;
}

/** A time no later than the end of one window that holds at `at`, or null. */
function endOfOne(freeze: readonly Freeze[], at: number): number | null {
  for (const window of freeze) {
    // a window that cannot be read could be any: what is not known to be free is frozen
    if (!isTimeZone(window.timeZone)) return Number.POSITIVE_INFINITY;
    const left = minutesLeft(window, at);
    if (left === null) continue;
    const minute = Math.floor(at / MINUTE) * MINUTE;
    // clocks are put forward and back at quarters of an hour: a step across one could miss the end
    return Math.min(minute + left * MINUTE, Math.floor(at / QUARTER) * QUARTER + QUARTER);
  }
  return null;
}

/** Minutes on the wall's clock until the window ends; null outside of it. */
function minutesLeft({ days, from, to, timeZone }: Freeze, at: number): number | null {
  const { day, minute } = wallClock(timeZone, at);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  const today = days.includes(DAYS[day] ?? 'mon');
  const yesterday = days.includes(DAYS[(day + 6) % 7] ?? 'mon');
  if (start < end) return today && minute >= start && minute < end ? end - minute : null;
  if (yesterday && minute < end) return end - minute;
  return today && minute >= start ? DAY_MINUTES - minute + end : null;
}

/** `HH:MM` in minutes since midnight. */
function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

// making one costs more than a thousand uses; there are some 600 zones
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const parts = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  const made = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...parts });
  clocks.set(timeZone, made);
  return made;
}

/** What the clock on the wall of a zone shows: the day of the week (0 Monday) and the minute of the day. */
function wallClock(timeZone: string, at: number): { readonly day: number; readonly minute: number } {
  const parts = new Map(
    clockOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const day = DAYS.indexOf((parts.get('weekday') ?? '').toLowerCase() as Day);
  return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}

/** `until Mon, 30 Nov, 08:00 (Europe/Berlin)`, in the first window's zone. */
export function freezeText(freeze: readonly Freeze[], until: number): string {
  const zone = freeze[0]?.timeZone ?? 'UTC';
  const end = Number.isFinite(until) ? `until ${clockOf(zone).format(until)} (${zone})` : 'without an end';
  return `The plan's freeze lets nothing advance ${end}; it can still be reverted.`;
}

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** Says what is wrong with windows that are said to freeze. */
export function freezeMistakes(freeze: readonly Freeze[], say: (field: string, message: string) => void): void {
  let sound = true;
  const wrong = (field: string, message: string) => {
    sound = false;
    say(field, message);
  };
  freeze.forEach(({ days, from, to, timeZone }, i) => {
    const at = `freeze[${i}]`;
    if (days.length === 0) wrong(`${at}.days`, `must name at least one of ${DAYS.join(', ')}`);
    days.forEach((day, j) => {
      if (!DAYS.includes(day)) wrong(`${at}.days[${j}]`, `must be one of ${DAYS.join(', ')}`);
      else if (days.indexOf(day) !== j) wrong(`${at}.days[${j}]`, `${day} is there twice`);
    });
    if (!TIME.test(from)) wrong(`${at}.from`, 'must be a time of day, 00:00 to 23:59');
    if (!TIME.test(to)) wrong(`${at}.to`, 'must be a time of day, 00:00 to 23:59; 00:00 is the end of the day');
    if (!isTimeZone(timeZone)) wrong(`${at}.timeZone`, 'must be an IANA time zone such as Europe/Berlin or UTC');
  });
  if (sound && freeze.length > 0 && frozenUntil(freeze, 0) === Number.POSITIVE_INFINITY) {
    say('freeze', 'must leave some time of the week in which a rollout may advance');
  }
}

function isTimeZone(name: string): boolean {
  // offsets are zones to some runtimes and not to others, and know no summer time
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
}
