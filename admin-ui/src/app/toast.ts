import { Problem } from '../api/problem.ts';
import { text } from '../text/catalogue.ts';

/** A sentence in the corner, for so long, ms. */
export interface Toast {
  readonly message: string;
  readonly color: 'tide' | 'red';
  readonly autoClose: number;
}

const waiting: Toast[] = [];
let shown: ((toast: Toast) => void) | undefined;

/** Takes what is said from now on, and what was said before anything could show it. */
export function showToasts(show: (toast: Toast) => void): void {
  shown = show;
  for (const toast of waiting.splice(0)) show(toast);
}

function say(toast: Toast): void {
  if (shown) shown(toast);
  else waiting.push(toast);
}

/** A change that worked, in one sentence, in the corner that covers no button. */
export const sayDone = (message: string): void => say({ message, color: 'tide', autoClose: 4000 });

/** A refusal: stays until it is closed. */
export function sayFailed(error: unknown): void {
  if (error instanceof Problem && error.status === 401) return;
  say({ message: explain(error), color: 'red', autoClose: 12_000 });
}

/** What happened and what to do, in words. */
export function explain(error: unknown): string {
  if (!(error instanceof Problem)) return error instanceof Error ? error.message : String(error);
  const known: Readonly<Record<string, string>> = text.app.failed;
  return known[error.code] ?? error.message;
}
