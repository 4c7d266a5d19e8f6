import type { EvaluationContext, Revision } from '@burgee/engine';
import type { Detail, Evaluator } from './evaluator.ts';

/**
 * Evaluations of one request or job: one context, and one ruleset whatever arrives meanwhile, so that a flag asked for twice
 * answers the same. Meant to live as long as the request: it does not hear of kills and reverts that come later.
 */
export interface RequestView {
  /** Of the ruleset that answers; null when there was none. */
  readonly revision: Revision | null;
  boolean(key: string, fallback: boolean): boolean;
  string(key: string, fallback: string): string;
  number(key: string, fallback: number): number;
  /** The value of a flag of type json, whatever its shape: the type parameter is the caller's claim. Shared, never mutate it. */
  json<T>(key: string, fallback: T): T;
  /** The type asked for is the default's: an object, a list or null asks for a flag of type json. */
  detail(key: string, fallback: boolean): Detail<boolean>;
  detail(key: string, fallback: string): Detail<string>;
  detail(key: string, fallback: number): Detail<number>;
  detail<T extends object | null>(key: string, fallback: T): Detail<T>;
}

/** A view through an evaluator whose ruleset is never swapped. */
export function createRequestView(evaluator: Evaluator, context: EvaluationContext, revision: Revision | null): RequestView {
  const detail = evaluator.detail as (key: string, context: EvaluationContext, fallback: unknown) => Detail<never>;
  return {
    revision,
    boolean: (key, fallback) => evaluator.boolean(key, context, fallback),
    string: (key, fallback) => evaluator.string(key, context, fallback),
    number: (key, fallback) => evaluator.number(key, context, fallback),
    json: (key, fallback) => evaluator.json(key, context, fallback),
    detail: (key: string, fallback: unknown) => detail(key, context, fallback),
  };
}
