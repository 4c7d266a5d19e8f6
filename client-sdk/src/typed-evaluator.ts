import type { Evaluator as AnyEvaluator, Detail } from './evaluator.ts';
import type { Context, FlagKey, FlagValue, FlagVariant, WhereKnown } from './flags/index.ts';
import type { RequestView as AnyRequestView } from './request-view.ts';

/**
 * Evaluations of declared flags, all local: no I/O, no waiting, no exception for any context. A flag that the server does not
 * have (any more), one that is of another type there, or no ruleset yet: the default. Inside `run`, a context left undefined is
 * the run's.
 */
export interface TypedEvaluator {
  /** About 0.1 µs; allocates nothing. */
  boolean(key: FlagKey<'boolean'>, context: Context | undefined, fallback: boolean): boolean;
  string<K extends FlagKey<'string'>>(key: K, context: Context | undefined, fallback: FlagValue<K>): FlagValue<K>;
  number<K extends FlagKey<'number'>>(key: K, context: Context | undefined, fallback: FlagValue<K>): FlagValue<K>;
  /** Shared, never mutate it. */
  json<K extends FlagKey<'json'>>(key: K, context: Context | undefined, fallback: FlagValue<K>): FlagValue<K>;
  detail<K extends FlagKey>(key: K, context: Context | undefined, fallback: FlagValue<K>): TypedDetail<K>;
}

/** An answer with its explanation, of a declared flag. */
export type TypedDetail<K> = Detail<FlagValue<K>> & { readonly variant?: FlagVariant<K> };

/** Evaluations: of declared flags where `burgee types` declared any, else of whatever key is asked for. */
export type Evaluator = WhereKnown<TypedEvaluator, AnyEvaluator>;

/** A view of one request (request-view.ts) that knows the declared flags. */
export interface TypedRequestView extends Pick<AnyRequestView, 'revision'> {
  boolean(key: FlagKey<'boolean'>, fallback: boolean): boolean;
  string<K extends FlagKey<'string'>>(key: K, fallback: FlagValue<K>): FlagValue<K>;
  number<K extends FlagKey<'number'>>(key: K, fallback: FlagValue<K>): FlagValue<K>;
  /** Shared, never mutate it. */
  json<K extends FlagKey<'json'>>(key: K, fallback: FlagValue<K>): FlagValue<K>;
  detail<K extends FlagKey>(key: K, fallback: FlagValue<K>): TypedDetail<K>;
}

/** A view of one request: of declared flags where `burgee types` declared any, else of whatever key is asked for. */
export type RequestView = WhereKnown<TypedRequestView, AnyRequestView>;
