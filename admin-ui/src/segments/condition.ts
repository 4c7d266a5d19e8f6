import type { Condition } from '@burgee/engine';
import { conditionWords } from '../flags/words.ts';
import { segments as t } from '../text/segments.ts';

/** The editor works on a group; a single condition becomes one of it, which means the same. */
export function groupOf(when: Condition): Condition {
  return 'all' in when || 'any' in when ? when : { all: [when] };
}

/** A segment's condition in words. */
export const whoWords = (when: Condition): string => conditionWords(when) || t.everyone;
