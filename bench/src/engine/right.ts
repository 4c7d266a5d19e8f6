import type { Opened } from './candidate.ts';
import type { DescribedFlag } from './described.ts';
import type { Person } from './people.ts';
import { strangersOf } from './people.ts';

/** How many of `count` may get what a share of them should: within five standard deviations. */
function within(count: number, percent: number): (got: number) => boolean {
  const share = percent / 100;
  const slack = 5 * Math.sqrt(count * share * (1 - share));
  return (got) => Math.abs(got - count * share) <= slack;
}

async function answersOf({ now, later, context }: Opened, flag: DescribedFlag, people: readonly Person[]): Promise<number[]> {
  const numbers: number[] = [];
  for (const person of people) {
    const who = context(person);
    if (flag.of === 'json') numbers.push((await (now ?? later)?.number(flag.key, who)) ?? Number.NaN);
    else numbers.push(Number((await (now ?? later)?.boolean(flag.key, who)) ?? Number.NaN));
  }
  return numbers;
}

/**
 * Why a candidate does not do the work that is asked of it, or null. Exact where everybody must agree (conditions, segments, flags
 * that are on); shares where each buckets in its own way; and the same answer for the same person when asked again.
 */
export async function mistakeOf(
  opened: Opened,
  flag: DescribedFlag,
  people: readonly Person[],
  known: ReadonlySet<string>,
): Promise<string | null> {
  const answers = await answersOf(opened, flag, people);
  const again = await answersOf(opened, flag, people.slice(0, 100));
  if (again.some((answer, i) => answer !== answers[i])) return `${flag.key}: another answer for the same person`;
  if (flag.of === 'json') {
    for (const [number, { percent }] of flag.variants.entries()) {
      const got = answers.filter((answer) => answer === number).length;
      if (!within(people.length, percent)(got))
        return `${flag.key}: variant ${number} for ${got} of ${people.length}, not ${percent} %`;
    }
    return null;
  }
  const on = answers.filter((answer) => answer === 1).length;
  if (on + answers.filter((answer) => answer === 0).length !== people.length) return `${flag.key}: an answer that is no boolean`;
  const last = flag.rules.at(-1);
  if (last === undefined) return on === people.length ? null : `${flag.key}: on for ${on} of ${people.length}`;
  if (last.clauses.some(({ of }) => of === 'segment')) {
    const wrong = people.filter(({ id }, i) => known.has(id) !== (answers[i] === 1)).length;
    return wrong === 0 ? null : `${flag.key}: wrong for ${wrong} of ${people.length}`;
  }
  if (!within(people.length, last.percent)(on)) return `${flag.key}: on for ${on} of ${people.length}, not ${last.percent} %`;
  if (last.clauses.length === 0) return null;
  const strangers = await answersOf(opened, flag, strangersOf(people.slice(0, 300)));
  const taken = strangers.filter((answer) => answer !== 0).length;
  return taken === 0 ? null : `${flag.key}: on for ${taken} people who miss a condition`;
}
