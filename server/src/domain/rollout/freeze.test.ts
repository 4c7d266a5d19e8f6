import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAYS, type Freeze, freezeMistakes, freezeText, frozenUntil } from './freeze.ts';

const BERLIN = 'Europe/Berlin';
const at = (text: string) => Date.parse(text);
const window = (days: Freeze['days'], from: string, to: string, timeZone = 'UTC'): Freeze => ({ days, from, to, timeZone });
const until = (freeze: readonly Freeze[], text: string) => {
  const end = frozenUntil(freeze, at(text));
  return end === null ? null : new Date(end).toISOString();
};
const WEEKEND: readonly Freeze[] = [window(['fri'], '16:00', '00:00'), window(['sat', 'sun'], '00:00', '00:00')];

describe('a freeze', () => {
  it.each([
    ['2026-11-27T15:59:59Z', null],
    ['2026-11-27T16:00:00Z', '2026-11-30T00:00:00.000Z'],
    ['2026-11-29T23:59:59Z', '2026-11-30T00:00:00.000Z'],
    ['2026-11-30T00:00:00Z', null],
  ])('at %s over a weekend ends %s: windows that touch are one', (now, end) => {
    expect(until(WEEKEND, now)).toBe(end);
  });

  it('that ends at or before it begins goes on into the next day, and only there', () => {
    const night = [window(['mon'], '22:00', '06:00')];
    expect(until(night, '2026-11-23T22:00:00Z')).toBe('2026-11-24T06:00:00.000Z');
    expect(until(night, '2026-11-24T05:59:59Z')).toBe('2026-11-24T06:00:00.000Z');
    expect(until(night, '2026-11-23T05:00:00Z')).toBeNull();
    expect(until(night, '2026-11-24T22:30:00Z')).toBeNull();
    expect(until([window(['mon'], '09:00', '09:00')], '2026-11-24T08:00:00Z')).toBe('2026-11-24T09:00:00.000Z');
  });

  it('goes by the clock on the wall, also where that is put forward and back', () => {
    const day = [window(['sat', 'sun', 'mon'], '08:00', '18:00', BERLIN)];
    expect(until(day, '2026-11-23T06:59:59Z')).toBeNull();
    expect(until(day, '2026-11-23T07:00:00Z')).toBe('2026-11-23T17:00:00.000Z');
    expect(until(day, '2026-07-06T07:00:00Z')).toBe('2026-07-06T16:00:00.000Z');
    const nights = [window(['sat'], '22:00', '06:00', BERLIN)];
    // 28 March 2026 22:00 CET to 29 March 06:00 CEST: seven hours; 24 October 22:00 CEST to 25 October 06:00 CET: nine
    expect(until(nights, '2026-03-28T21:00:00Z')).toBe('2026-03-29T04:00:00.000Z');
    expect(until(nights, '2026-10-24T20:00:00Z')).toBe('2026-10-25T05:00:00.000Z');
    // 02:10 to 02:40 does not exist on 29 March, and exists twice on 25 October
    const gone = [window(['sun'], '02:10', '02:40', BERLIN)];
    expect(until(gone, '2026-03-29T00:59:59Z')).toBeNull();
    expect(until(gone, '2026-03-29T01:10:00Z')).toBeNull();
    expect(until(gone, '2026-10-25T00:15:00Z')).toBe('2026-10-25T00:40:00.000Z');
    expect(until(gone, '2026-10-25T01:15:00Z')).toBe('2026-10-25T01:40:00.000Z');
    expect(until([window(['mon'], '09:00', '10:00', 'Asia/Kathmandu')], '2026-11-23T03:15:00Z')).toBe('2026-11-23T04:15:00.000Z');
  });

  it('says when it ends where it is meant', () => {
    expect(freezeText([window(['mon'], '08:00', '18:00', BERLIN)], at('2026-11-23T17:00:00Z'))).toBe(
      "The plan's freeze lets nothing advance until Mon 23 Nov, 18:00 (Europe/Berlin); it can still be reverted.",
    );
  });

  it('whatever it is, ends where none holds and holds until then', () => {
    const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
    const text = ([h, m]: [number, number]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`;
    const zones = ['UTC', BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/St_Johns'];
    const one = fc.record({
      days: fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1, maxLength: 6 }),
      from: time.map(text),
      to: time.map(text),
      timeZone: fc.constantFrom(...zones),
    });
    const instant = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 3 }), instant, fc.double({ min: 0, max: 1, noNaN: true }), (freeze, now, share) => {
        const end = frozenUntil(freeze, now);
        if (end === null || end === Number.POSITIVE_INFINITY) return;
        expect(end).toBeGreaterThan(now);
        expect(frozenUntil(freeze, end)).toBeNull();
        const between = Math.min(end - 1, Math.floor(now + (end - now) * share));
        expect(frozenUntil(freeze, between)).toBe(end);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('a malformed freeze', () => {
  it('lets nothing advance where it was stored all the same, and breaks nothing', () => {
    const broken = [window(['mon'], '08:00', '09:00', 'Nowhere/At_All')];
    expect(frozenUntil(broken, at('2026-11-24T12:00:00Z'))).toBe(Number.POSITIVE_INFINITY);
    expect(freezeText(broken, Number.POSITIVE_INFINITY)).toContain('without an end');
    const nonsense = [{ days: [], from: 'x', to: '', timeZone: 'UTC' }];
    expect(() => frozenUntil(nonsense, at('2026-11-24T12:00:00Z'))).not.toThrow();
  });

  const wrong = (freeze: readonly unknown[]) => {
    const fields: string[] = [];
    freezeMistakes(freeze as readonly Freeze[], (field) => fields.push(field));
    return fields;
  };
  it('is named', () => {
    expect(wrong([window([], '8:00', '24:00', 'Berlin')])).toEqual([
      'freeze[0].days',
      'freeze[0].from',
      'freeze[0].to',
      'freeze[0].timeZone',
    ]);
    expect(wrong([window(['mon', 'mon'], '08:00', '09:00', '+01:00')])).toEqual(['freeze[0].days[1]', 'freeze[0].timeZone']);
    expect(wrong([window(['someday' as 'mon'], '08:00', '09:00')])).toEqual(['freeze[0].days[0]']);
    expect(wrong([window([...DAYS], '00:00', '00:00')])).toEqual(['freeze']);
    expect(wrong([window([...DAYS], '00:00', '23:59', BERLIN)])).toEqual([]);
    expect(wrong(WEEKEND)).toEqual([]);
  });
});
