import type { barsOf } from './evidence.ts';
import type { Guard, GuardAction, Verdict } from './guard.ts';

/** What one guard says now. */
export interface Reading {
  readonly key: string;
  /** `client-outcomes` stands beside the plan's guard of kind `outcomes`, for what browsers report. */
  readonly kind: Guard['kind'] | 'client-outcomes';
  readonly action: GuardAction;
  readonly verdict: Verdict;
  readonly text: string;
}

/** Why nothing may advance; `permanent` will not get better by itself. */
export interface Hold {
  readonly code: 'source-unavailable' | 'source-stale' | 'no-data' | 'sample-ratio' | 'incident';
  readonly text: string;
}

/** A guard's reading, and what it asks for, each with the sentence that says why. */
export interface Opinion {
  readonly reading: Reading;
  readonly revert?: string;
  /** With a revert: the flag is killed as well. */
  readonly kill?: boolean;
  readonly back?: string;
  readonly pause?: string;
  /** Nothing advances, whoever has resumed it. */
  readonly blocks?: boolean;
  readonly hold?: Hold;
}

/** Who says it. */
export type Speaker = Pick<Reading, 'key' | 'kind' | 'action'>;

export function readingOf(guard: Speaker, verdict: Verdict, text: string): Reading {
  return { key: guard.key, kind: guard.kind, action: guard.action, verdict, text };
}

/** What a guard asks for at this much evidence; null while it asks for nothing. `text` is told the bar that was reached. */
export function asked(
  guard: Speaker,
  lnM: number,
  bars: Pick<ReturnType<typeof barsOf>, 'revert' | 'pause'>,
  text: (bar: number) => string,
): Opinion | null {
  const { action } = guard;
  if (action === 'observe') return null;
  const failed = (said: string) => ({ reading: readingOf(guard, 'fail', said) });
  if (action !== 'pause' && lnM >= bars.revert) {
    const said = text(bars.revert);
    if (action === 'back') return { ...failed(said), back: said };
    return { ...failed(said), revert: said, ...(action === 'kill' && { kill: true }) };
  }
  if (lnM < bars.pause) return null;
  const said = text(bars.pause);
  return { ...failed(said), pause: said };
}
