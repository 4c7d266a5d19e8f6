import { type Evaluation, type EvaluationContext, evaluate, type Observer, type Prepared, unitAttribute } from '@burgee/engine';
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
export function metadataOf(evaluation: Evaluation, asked: Asked): Record<string, string> {
  const { revision, prerequisite } = evaluation;
  return {
    revision: `${revision.epoch}.${revision.n}`,
    ...armMetadata(evaluation, asked),
    ...(prerequisite !== undefined && isVisible(prerequisite, asked) && { prerequisite }),
  };
}

/**
 * The rollout that raises one of the flag's rules and the arm that the context is in; undefined where none does. With a client key
 * also `by`, the attribute whose value is the unit, where there is one: what a browser says an outcome of.
 */
export function armMetadata({ flag, rollout, arm }: Evaluation, asked: Asked): ArmMetadata | undefined {
  if (rollout === undefined || arm === undefined) return undefined;
  const rule = asked.prepared.flag(flag)?.rules.find(({ ramp }) => ramp?.rollout === rollout);
  const by = rule && asked.audience === 'client' ? unitAttribute(rule.by, asked.context) : undefined;
  return { rollout, arm, ...(by !== undefined && { by }) };
}
export type ArmMetadata = Readonly<Record<'rollout' | 'arm', string> & { by?: string }>;

function identifies({ targetingKey, userId, sessionId }: EvaluationContext): boolean {
  return [targetingKey, userId, sessionId].some((id) => (typeof id === 'string' && id !== '') || typeof id === 'number');
}
