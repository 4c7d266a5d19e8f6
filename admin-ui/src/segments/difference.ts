import type { SegmentFields } from '../api/segments.ts';
import { segments } from '../text/segments.ts';
import { whoWords } from './condition.ts';

const t = segments.changes;

/** What differs between two versions of a segment, a sentence each. */
export function segmentDifference(before: SegmentFields, after: SegmentFields): string[] {
  const lines: string[] = [];
  if (before.name !== after.name) lines.push(t.name(before.name, after.name));
  if (before.description !== after.description) lines.push(t.description);
  if (JSON.stringify(before.when) !== JSON.stringify(after.when)) lines.push(t.who(whoWords(before.when), whoWords(after.when)));
  return lines;
}
