import type { FlagType } from '@burgee/engine';

/** A flag that applications ask for in an environment and that the project does not have. Reports of server keys make it. */
export interface DiscoveredFlag {
  readonly project: string;
  readonly environment: string;
  /** The key as the code has it: any line of 1–100 characters, also one that no flag made here can have. */
  readonly flag: string;
  /** Of the default in code that was reported last. */
  readonly type: FlagType;
  /** That default as JSON; null where it is longer than 256 characters or no value of the type. */
  readonly fallback: string | null;
  /** Applications that asked, the last one first; at most 10. */
  readonly apps: readonly string[];
  /** How often it was asked for, as far as that was reported. */
  readonly count: number;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** Set: nobody wants to hear of it. */
  readonly dismissedAt: number | null;
}

/** Days, in ms, that it stays after it was last asked for. */
export const DISCOVERED_KEPT = 30 * 86_400_000;

/** Names of one environment; more, and those asked for longest ago go. */
export const MOST_DISCOVERED = 1_000;

/** What applications reported of one flag since it was last written down. */
export interface Asked extends Pick<DiscoveredFlag, 'flag' | 'type' | 'fallback' | 'apps' | 'count'> {}

/** A discovered flag of a project, and where it is asked for. */
export interface DiscoveredRow
  extends Pick<DiscoveredFlag, 'flag' | 'type' | 'fallback' | 'count' | 'firstSeenAt' | 'lastSeenAt'> {
  /** The place where it was asked for last comes first. */
  readonly places: readonly Omit<DiscoveredFlag, 'project' | 'flag' | 'dismissedAt'>[];
}
