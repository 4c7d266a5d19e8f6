import { Dice } from '../dice.ts';

/** Somebody who asks: what every candidate makes its own contexts of. */
export interface Person {
  readonly id: string;
  readonly country: string;
  readonly plan: string;
  readonly version: string;
}

export const HOME = ['DE', 'FR', 'GB', 'ES', 'IT', 'NL', 'SE', 'PL', 'AT', 'CH'];
export const ABROAD = ['US', 'CA', 'MX', 'BR', 'AR', 'JP', 'KR', 'IN', 'AU', 'NZ'];

/** The same text as an object of its own, as a request would bring it: engines compare constants by their address. */
const fresh = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');

/** A random UUID of 36 characters, version 4. */
export function uuid(dice: Dice): string {
  const hex = [0, 0, 0, 0].map(() => dice.bits().toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export interface Crowd {
  readonly seed: number;
  readonly count: number;
  /** Every second person has one of these ids, in turn; the others' are in no segment. */
  readonly known?: readonly string[];
}

/** People of the home countries, on plan pro, with versions from 2.3.0 up; their texts are nobody else's. */
export function peopleOf({ seed, count, known = [] }: Crowd): Person[] {
  const dice = new Dice(seed);
  return Array.from({ length: count }, (_, i) => {
    const own = uuid(dice);
    const id = i % 2 === 0 ? (known[(i / 2) % known.length] ?? own) : own;
    const version =
      dice.below(2) === 0
        ? `2.${3 + dice.below(20)}.${dice.below(10)}`
        : `${3 + dice.below(9)}.${dice.below(10)}.${dice.below(10)}`;
    const country = HOME[dice.below(HOME.length)] ?? '';
    return { id: fresh(id), country: fresh(country), plan: fresh('pro'), version: fresh(version) };
  });
}

/** The same people, each wrong in one of the things that a rule for them asks for. */
export function strangersOf(people: readonly Person[]): Person[] {
  return people.map((person, i) => {
    if (i % 3 === 0) return { ...person, country: fresh('IS') };
    if (i % 3 === 1) return { ...person, plan: fresh('free') };
    return { ...person, version: fresh(['2.2.9', '1.30.0', '2.2.15', '0.9.9'][i % 4] ?? '') };
  });
}
