import { notifications } from '@mantine/notifications';
import { Problem } from '../api/problem.ts';
import { text } from '../text/catalogue.ts';

/** A change that worked, in one sentence, in the corner that covers no button. */
export function sayDone(message: string): void {
  notifications.show({ message, color: 'tide', autoClose: 4000, closeButtonProps: { 'aria-label': text.app.close } });
}

/** A refusal: stays until it is closed. */
export function sayFailed(error: unknown): void {
  if (error instanceof Problem && error.status === 401) return;
  notifications.show({
    message: explain(error),
    color: 'red',
    autoClose: 12_000,
    closeButtonProps: { 'aria-label': text.app.close },
  });
}

/** What happened and what to do, in words. */
export function explain(error: unknown): string {
  if (!(error instanceof Problem)) return error instanceof Error ? error.message : String(error);
  const known: Readonly<Record<string, string>> = text.app.failed;
  return known[error.code] ?? error.message;
}
