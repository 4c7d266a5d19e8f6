import type { ReactNode } from 'react';
import { ago, exactTime } from '../text/format.ts';
import css from './screen.module.css';

export type Tone = 'idle' | 'good' | 'warn' | 'bad' | 'accent';

/** A word in a coloured pill; the word says it all, the colour helps to find it. */
export function Chip({ tone = 'idle', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={css.chip} data-tone={tone}>
      {children}
    </span>
  );
}

/** How long ago something was; the exact time for who wants it. */
export function Ago({ at, now }: { at: number; now: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {ago(at, now)}
    </time>
  );
}
