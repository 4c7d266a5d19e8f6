import type { RolloutView, StateReason } from '@burgee/server/api';
import { EXIT, type ExitCode } from './exit.ts';

/** What ends a wait: the rollout's own end, a percent reached, a pause, or the time. */
export interface Waiting {
  /** Wait for completion, or only until the rule reaches this percent. */
  readonly untilPercent: number | null;
  readonly timeoutMs: number;
  readonly pauseGraceMs: number;
}

/** Whether to go on waiting, and if not, how it ended. */
export type WaitVerdict = { readonly go: true } | { readonly go: false; readonly exit: ExitCode; readonly text: string };

/** Reasons of a hold that mean that evidence could not be had. */
const NO_DATA: ReadonlySet<StateReason['code']> = new Set(['no-data', 'source-unavailable', 'source-stale', 'sample-ratio']);
/** Reasons of a pause that are a person's doing. */
const BY_PERSON: ReadonlySet<StateReason['code']> = new Set(['paused', 'edited']);

/** Judges one look at a rollout after `waitedMs`, `now` in the server's time (ms). Pure. */
export function judge(
  rollout: Pick<RolloutView, 'state' | 'reason' | 'percent' | 'sentence'>,
  waitedMs: number,
  now: number,
  waiting: Waiting,
): WaitVerdict {
  const { state, reason } = rollout;
  const end = (exit: ExitCode): WaitVerdict => ({ go: false, exit, text: rollout.sentence });
  if (state === 'completed') return end(EXIT.ok);
  if (state === 'reverted' || state === 'aborted') return end(EXIT.reverted);
  if (state === 'paused') {
    const byPerson = reason === null || BY_PERSON.has(reason.code);
    if (byPerson || now - reason.since > waiting.pauseGraceMs) return end(EXIT.paused);
  } else if (waiting.untilPercent !== null && rollout.percent >= waiting.untilPercent) return end(EXIT.ok);
  if (waitedMs < waiting.timeoutMs) return { go: true };
  if (state === 'paused') return end(EXIT.paused);
  return end(state === 'holding' && reason !== null && NO_DATA.has(reason.code) ? EXIT.noData : EXIT.timedOut);
}
