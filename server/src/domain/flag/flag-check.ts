import type { Refuse } from '../mistakes.ts';
import { checkLine, checkText, checkUnique } from '../text-check.ts';
import type { Flag, FlagKind } from './flag.ts';

/** Days that a flag of each kind is expected to live; null: it stays. */
export const LIFETIME_DAYS: Readonly<Record<FlagKind, number | null>> = {
  release: 40,
  experiment: 40,
  operational: 180,
  'kill-switch': null,
  permission: null,
};

const MOST_TAGS = 50;
const MOST_LINKS = 20;
const MOST_DAYS = 3_650;

/** What describes a flag and is in no ruleset. */
export type Description = Pick<Flag, 'name' | 'description' | 'tags' | 'links' | 'lifetimeDays'>;

/** Notes what is wrong with the parts that are given. */
export function checkDescription(given: Partial<Description>, refuse: Refuse): void {
  const { name, description, tags, links, lifetimeDays } = given;
  if (name !== undefined) checkLine(name, 'name', { min: 1, max: 200 }, refuse);
  if (description !== undefined) checkText(description, 'description', 10_000, refuse);
  if (tags !== undefined) {
    if (tags.length > MOST_TAGS) refuse('tags', `must be at most ${MOST_TAGS} tags`);
    checkUnique(tags, (index) => `tags[${index}]`, refuse);
    tags.forEach((tag, index) => {
      checkLine(tag, `tags[${index}]`, { min: 1, max: 100 }, refuse);
    });
  }
  if (links !== undefined) {
    if (links.length > MOST_LINKS) refuse('links', `must be at most ${MOST_LINKS} links`);
    links.forEach(({ title, url }, index) => {
      checkLine(title, `links[${index}].title`, { min: 1, max: 200 }, refuse);
      checkLine(url, `links[${index}].url`, { min: 1, max: 2_000 }, refuse);
      if (!/^https?:\/\/[^\s/?#]+\S*$/i.test(url)) refuse(`links[${index}].url`, 'must begin with https:// or http://');
    });
  }
  if (typeof lifetimeDays === 'number' && !(Number.isInteger(lifetimeDays) && lifetimeDays >= 1 && lifetimeDays <= MOST_DAYS))
    refuse('lifetimeDays', `must be a whole number of days, 1 to ${MOST_DAYS}, or null`);
}
