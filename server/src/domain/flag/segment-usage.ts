import type { Rule } from '@burgee/engine';
import type { MinuteRow } from '../ports.ts';
import { unitsIn } from '../usage.ts';
import type { FlagState } from './flag.ts';

/** About how many distinct units of the last day are in a segment, by environment. */
export interface SegmentUsage {
  /** The bounds, ms: from, up to but without `to`. */
  readonly from: number;
  readonly to: number;
  readonly environments: readonly {
    readonly environment: string;
    /** At least about so many; null: nothing that was reported tells. */
    readonly units: number | null;
  }[];
}

/** Rules that ask for this segment and nothing else: whoever they met is in it. */
export function telling(segment: string, { rules }: Pick<FlagState, 'rules'>): readonly Rule[] {
  return rules.filter(({ when, segments = [] }) => {
    const [only, ...others] = segments;
    return when === undefined && others.length === 0 && only?.segment === segment && !only.negate;
  });
}

/**
 * The units of `sketch` rows of the segment itself and of rules that ask for it alone. A rule does not meet whom a rule before it
 * took, and is not sketched at 100 %, so there may be more.
 */
export function unitsOfSegment(rows: readonly MinuteRow[]): number | null {
  return rows.length === 0 ? null : Math.round(unitsIn(rows));
}
