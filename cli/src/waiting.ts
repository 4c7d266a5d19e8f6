import type { RolloutView } from '@burgee/server/api';
import { CommandError, EXIT, type ExitCode } from './exit.ts';
import { judge, type Waiting } from './wait.ts';

const POLL_MS = 1_000;

/** How a wait ended. */
export interface Ended {
  readonly exit: ExitCode;
  readonly text: string;
  readonly rollout: RolloutView | null;
}

/**
 * Looks once a second until there is a verdict. A server that cannot be reached is waited for like anything else: the rollout
 * goes on without us. Ctrl-C and SIGTERM leave it running unless `revert` is given.
 */
export async function waitFor(input: {
  readonly read: () => Promise<RolloutView>;
  readonly revert: (() => Promise<void>) | null;
  readonly note: (line: string) => void;
  readonly waiting: Waiting;
}): Promise<Ended> {
  const started = performance.now();
  let last: RolloutView | null = null;
  let told = '';
  let stopped: NodeJS.Signals | null = null;
  let wake = (): void => undefined;
  const stop = (signal: NodeJS.Signals): void => {
    stopped = signal;
    wake();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    for (;;) {
      try {
        last = await input.read();
        const line = `${last.state} at ${last.percent} %: ${last.sentence}`;
        if (line !== told) input.note(line);
        told = line;
        const verdict = judge(last, performance.now() - started, Date.now(), input.waiting);
        if (!verdict.go) return { ...verdict, rollout: last };
      } catch (error) {
        if (!(error instanceof CommandError) || error.exit !== EXIT.failed) throw error;
        input.note(error.message);
        if (performance.now() - started >= input.waiting.timeoutMs)
          return { exit: EXIT.failed, text: error.message, rollout: last };
      }
      if (stopped === null) {
        await new Promise<void>((done) => {
          const timer = setTimeout(done, POLL_MS);
          wake = () => {
            clearTimeout(timer);
            done();
          };
        });
      }
      if (stopped !== null) return await aborted(stopped, input.revert, last);
    }
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

async function aborted(
  signal: NodeJS.Signals,
  revert: (() => Promise<void>) | null,
  rollout: RolloutView | null,
): Promise<Ended> {
  if (revert === null) return { exit: EXIT.failed, text: `stopped by ${signal}; the rollout goes on`, rollout };
  await revert();
  return { exit: EXIT.reverted, text: `stopped by ${signal}; the rollout was reverted`, rollout };
}
