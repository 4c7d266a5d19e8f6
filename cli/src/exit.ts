/** What the exit code tells a pipeline. Stable: pipelines branch on it. */
export const EXIT = {
  /** The goal was reached. */
  ok: 0,
  /** The server could not be reached, failed, or another release holds the rollout. */
  failed: 1,
  /** The command line or the request is wrong. */
  usage: 2,
  /** Reverted, killed or aborted; or refused because this release was reverted before. */
  reverted: 10,
  /** Paused by a person, or by a guard for longer than the pause grace. */
  paused: 11,
  /** Timed out while the rollout was healthy. */
  timedOut: 12,
  /** Timed out while the rollout held for lack of data. */
  noData: 13,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with a code and one line for people. */
export class CommandError extends Error {
  readonly exit: ExitCode;
  /** The server's stable code, where it gave one. */
  readonly code: string;
  readonly details: unknown;
  constructor(exit: ExitCode, code: string, message: string, details: unknown = undefined) {
    super(message);
    this.name = 'CommandError';
    this.exit = exit;
    this.code = code;
    this.details = details;
  }
}

const BY_CODE: ReadonlyMap<string, ExitCode> = new Map([
  ['release_latched', EXIT.reverted],
  ['flag_killed', EXIT.reverted],
  ['rollout_active', EXIT.failed],
]);

/** The exit code for a refusal of the server. */
export function exitFor(status: number, code: string): ExitCode {
  const known = BY_CODE.get(code);
  if (known !== undefined) return known;
  return status === 429 || status >= 500 ? EXIT.failed : EXIT.usage;
}
