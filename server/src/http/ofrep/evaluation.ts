import { type Evaluation, type EvaluationContext, evaluate, type Observer, type Prepared } from '@burgee/engine';
import type { Audience } from '../../domain/ruleset.ts';

/** One flag's answer, as OFREP has it. `value` is absent where the variant's is null: to the clients' type checks null is an object. */
export interface Answer {
  readonly key: string;
  readonly value?: unknown;
  readonly reason: string;
  readonly variant?: string;
}

/** What kept a flag from being answered. */
export interface Failure {
  readonly key: string;
  readonly errorCode: string;
  readonly errorDetails: string;
}

/** Who asks, with what. */
export interface Asked {
  readonly prepared: Prepared;
  readonly audience: Audience;
  readonly context: EvaluationContext;
  /** ms */
  readonly now: number;
  /** 0…1 */
  readonly draw: number;
  /** Hears of it where this counts as an exposure. */
  readonly observer?: Observer;
}

/** The flags that a caller may see, in key order: all with a server key, those with browser access with a client key. */
export function visibleKeys({ prepared, audience }: Pick<Asked, 'prepared' | 'audience'>): readonly string[] {
  if (audience === 'server') return prepared.keys();
  return prepared.keys().filter((key) => isVisible(key, { prepared, audience }));
}

export function isVisible(key: string, { prepared, audience }: Pick<Asked, 'prepared' | 'audience'>): boolean {
  const access = prepared.flag(key)?.browserAccess;
  return access !== undefined && (audience === 'server' || access !== 'none');
}

/** Evaluates a flag that the caller may see. Without an id only evaluations that pick by one fail. */
export function ask(key: string, asked: Asked): Evaluation | Failure {
  const { prepared, audience, context, now, draw, observer } = asked;
  if (!identifies(context) && picksById(key, asked))
    return {
      key,
      errorCode: 'TARGETING_KEY_MISSING',
      errorDetails: 'this flag picks by targetingKey (or userId, sessionId): send one',
    };
  const evaluation = evaluate(prepared, key, context, now, draw, observer);
  if (evaluation.errorCode === undefined) return evaluation;
  const details = audience === 'server' ? evaluation.errorMessage : undefined;
  return { key, errorCode: evaluation.errorCode, errorDetails: details ?? 'this flag cannot be evaluated' };
}

/** Whether this evaluation comes to a choice by the default id: then the engine reads its last resort, the session id. */
function picksById(key: string, { prepared, context, now, draw }: Asked): boolean {
  if (!prepared.bucketsByDefault(key)) return false;
  let isRead = false;
  const watched = {
    ...context,
    get sessionId() {
      isRead = true;
      return undefined;
    },
  };
  evaluate(prepared, key, watched, now, draw);
  return isRead;
}

export function answerOf({ flag, value, reason, variant }: Evaluation): Answer {
  return {
    key: flag,
    ...(value !== null && value !== undefined && { value }),
    reason,
    ...(variant !== undefined && { variant }),
  };
}

/** What goes along with a single evaluation: the revision, the arm of a rollout, and the prerequisite that failed, if it may be seen. */
export function metadataOf({ revision, rollout, arm, prerequisite }: Evaluation, asked: Asked): Record<string, string> {
  return {
    revision: `${revision.epoch}.${revision.n}`,
    ...(rollout !== undefined && arm !== undefined && { rollout, arm }),
    ...(prerequisite !== undefined && isVisible(prerequisite, asked) && { prerequisite }),
  };
}

function identifies({ targetingKey, userId, sessionId }: EvaluationContext): boolean {
  return [targetingKey, userId, sessionId].some((id) => (typeof id === 'string' && id !== '') || typeof id === 'number');
}
