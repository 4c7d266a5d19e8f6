import type { RolloutView } from '@burgee/server/api';
import { CommandError, EXIT, type ExitCode } from './exit.ts';
import { frameOf } from './rollout-frame.ts';
import { clip, harmless, isLive, lengthOf, lookOf, type Stream } from './screen.ts';

const POLL_MS = 1_000;
/** After a revert the last exposures are watched for so long. */
const AFTER_MS = 10_000;
/** Lines say at least so often that all is well. */
const QUIET_MS = 30_000;

/** Where a rollout is shown while it is watched. */
interface Screen {
  show(rollout: RolloutView, trouble: string | null): void;
  close(): void;
}

/**
 * Shows a rollout until it has ended: 0 completed, 10 reverted or aborted. Ctrl-C ends the watching with 0 and leaves the
 * rollout alone. A server that cannot be reached is tried again. Redraws in place on a terminal, else writes a line per change.
 */
export async function watchRollout(input: {
  readonly read: () => Promise<RolloutView>;
  readonly stream: Stream;
  readonly env: NodeJS.ProcessEnv;
  /** One JSON document per line instead. */
  readonly json: boolean;
}): Promise<ExitCode> {
  const { stream, env } = input;
  const screen = input.json ? jsonLines(stream) : isLive(stream, env) ? liveScreen(stream, env) : lines(stream);
  let stopped = false;
  let wake = (): void => undefined;
  const stop = (): void => {
    stopped = true;
    wake();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  let rollout: RolloutView | null = null;
  try {
    while (!stopped) {
      let trouble: string | null = null;
      try {
        rollout = await input.read();
      } catch (error) {
        if (rollout === null || !(error instanceof CommandError) || error.exit !== EXIT.failed) throw error;
        trouble = error.message;
      }
      screen.show(rollout, trouble);
      if (trouble === null && isOver(rollout)) return rollout.state === 'completed' ? EXIT.ok : EXIT.reverted;
      if (stopped) break;
      await new Promise<void>((done) => {
        const timer = setTimeout(done, POLL_MS);
        wake = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
    return EXIT.ok;
  } finally {
    screen.close();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** Ended, and after a revert the last exposures too, as far as one waits for that. */
function isOver({ state, endedAt, confirmedAt }: RolloutView): boolean {
  if (endedAt === null) return false;
  return state !== 'reverted' || confirmedAt !== null || Date.now() - endedAt > AFTER_MS;
}

function jsonLines(stream: Stream): Screen {
  let told = -1;
  return {
    show(rollout) {
      if (rollout.version !== told) stream.write(`${JSON.stringify({ rollout })}\n`);
      told = rollout.version;
    },
    close() {},
  };
}

function lines(stream: Stream): Screen {
  let told = '';
  let toldAt = 0;
  return {
    show(rollout, trouble) {
      const { state, percent, reason, confirmedAt } = rollout;
      const what = trouble ?? [state, percent, reason?.code, confirmedAt].join();
      if (what === told && Date.now() - toldAt < QUIET_MS) return;
      told = what;
      toldAt = Date.now();
      const text = trouble ?? `${state} at ${percent} %: ${rollout.sentence}`;
      stream.write(`${new Date(toldAt).toISOString().slice(11, 19)}  ${harmless(text)}\n`);
    },
    close() {},
  };
}

const UP = (rows: number): string => (rows > 0 ? `\u001b[${rows}A` : '');
const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';
const TO_END_OF_LINE = '\u001b[K';
const TO_END_OF_SCREEN = '\u001b[J';

/** Draws over what it drew before. What was drawn last stays when it is closed. */
function liveScreen(stream: Stream, env: NodeJS.ProcessEnv): Screen {
  let drawn: readonly string[] = [];
  stream.write(HIDE);
  return {
    show(rollout, trouble) {
      const look = lookOf(stream, env);
      const columns = stream.columns || 80;
      const foot =
        trouble !== null
          ? look.ink('yellow', `  ${clip(harmless(trouble), look.width - 24)}; trying again`)
          : rollout.endedAt === null
            ? look.ink('dim', '  Ctrl-C stops looking, not the rollout.')
            : '';
      // a terminal lower than the frame shows its beginning: what has scrolled away cannot be drawn over
      const lines = ['', ...frameOf(rollout, look, Date.now()), '', foot].slice(0, Math.max(1, (stream.rows || 24) - 1));
      // a terminal that has become narrower has broken the old lines
      const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(lengthOf(line) / columns)), 0);
      stream.write(`\r${UP(rows)}${lines.map((line) => `${line}${TO_END_OF_LINE}\n`).join('')}${TO_END_OF_SCREEN}`);
      drawn = lines;
    },
    close: () => void stream.write(SHOW),
  };
}
