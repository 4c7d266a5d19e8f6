import type { QueryGuard, SourceGuard } from './guard.ts';

/** What a source is asked for in one window; `total` may be the same text as `errors`. */
export interface Asked {
  readonly errors: string;
  readonly total: string;
  readonly windowMs: number;
}

const ARM = '{arm}';

/** Whether a query guard compares the arms instead of testing a limit. */
export function comparesArms(guard: Pick<QueryGuard, 'errors' | 'total'>): boolean {
  return guard.errors.includes(ARM) || guard.total.includes(ARM);
}

/** What one window of a guard takes: one read, or the treatment's and control's in this order. */
export function asksOf(guard: SourceGuard): readonly [Asked] | readonly [Asked, Asked] {
  const { windowMs } = guard;
  // a single number is read as a count of itself: then no limit of a share applies to it
  if (guard.kind === 'rate') return [{ errors: guard.events, total: guard.events, windowMs }];
  if (guard.kind === 'threshold') return [{ errors: guard.value, total: guard.value, windowMs }];
  const { errors, total } = guard;
  if (!comparesArms(guard)) return [{ errors, total, windowMs }];
  const of = (arm: string): Asked => ({ errors: errors.replaceAll(ARM, arm), total: total.replaceAll(ARM, arm), windowMs });
  return [of('treatment'), of('control')];
}
