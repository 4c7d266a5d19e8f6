/** What streams may cost and how they are paced. Tests shorten the times. */
export interface StreamLimits {
  /** Open streams of this process; more are refused with 503. */
  readonly streams: number;
  /** A reader that takes nothing while more than this was published is dropped, bytes. */
  readonly backlogBytes: number;
  /** A reader that takes nothing for so long is dropped, ms. */
  readonly stallMs: number;
  /** Every reader hears its revision so often, ms. */
  readonly heartbeatMs: number;
  /** How often the tokens behind open streams are looked at, ms: bounds how long a revoked or expired one lives on. */
  readonly tokenSweepMs: number;
  /** Readers served per turn of the event loop. */
  readonly slice: number;
  /** How long `close` waits for readers to take their goodbye, ms. */
  readonly goodbyeMs: number;
}

export const STREAM_LIMITS: StreamLimits = {
  streams: 10_000,
  backlogBytes: 1024 * 1024,
  stallMs: 60_000,
  heartbeatMs: 15_000,
  tokenSweepMs: 3_000,
  slice: 1_000,
  goodbyeMs: 3_000,
};
