import { type EvaluationHook, type HookAnswer, type HookQuestion, originOf } from './evaluation.ts';

/** The attributes that are set. */
export type TelemetryAttributes = Record<string, string | number | boolean>;

/** What of a span is used. */
export interface TelemetrySpan {
  isRecording(): boolean;
  addEvent(name: string, attributes: TelemetryAttributes): unknown;
  setAttributes(attributes: TelemetryAttributes): unknown;
}

/** Where evaluations are recorded; at least one of the two. */
export interface OpenTelemetryOptions {
  /** `trace` of `@opentelemetry/api`. */
  readonly trace?: { getActiveSpan(): TelemetrySpan | undefined };
  /** A logger of `@opentelemetry/api-logs`, `logs.getLogger('flags')`. Then evaluations are log events, not span events. */
  readonly logger?: { emit(record: { eventName: string; attributes: TelemetryAttributes }): void };
  /** False leaves `feature_flag.context.id` out: it is the targeting key, and that may be personal data. Default true. */
  readonly contextId?: boolean;
}

const EVENT = 'feature_flag.evaluation';
const LONGEST_VALUE = 256;

/**
 * Makes a hook that records each evaluation as OpenTelemetry's semantic conventions say (1.45, release candidate): an event
 * `feature_flag.evaluation` with `feature_flag.*` and `error.*` attributes, of the logger that is given, else of the active span.
 * Burgee adds `burgee.rule`, `burgee.rollout` and `burgee.arm` to it.
 *
 * While a flag is being ramped, the active span itself gets `flag.<key>` (the variant) and `flag.<key>.arm`, so that a trace or a
 * metric made of spans can be told apart by arm. Throws a TypeError without anywhere to record to.
 */
export function createOpenTelemetryHook({ trace, logger, contextId = true }: OpenTelemetryOptions): EvaluationHook {
  if (typeof trace?.getActiveSpan !== 'function' && typeof logger?.emit !== 'function')
    throw new TypeError('createOpenTelemetryHook: give it trace of @opentelemetry/api, or a logger');
  return {
    finally(question, answer) {
      const active = trace?.getActiveSpan();
      const span = active?.isRecording() ? active : undefined;
      if (logger !== undefined) logger.emit({ eventName: EVENT, attributes: attributesOf(question, answer, contextId) });
      else span?.addEvent(EVENT, attributesOf(question, answer, contextId));
      const { arm } = originOf(answer);
      if (span === undefined || arm === undefined) return;
      const label = `flag.${question.flagKey}`;
      span.setAttributes({ ...(answer.variant !== undefined && { [label]: answer.variant }), [`${label}.arm`]: arm });
    },
  };
}

function attributesOf(question: HookQuestion, answer: HookAnswer, withContextId: boolean): TelemetryAttributes {
  const { variant, reason = 'UNKNOWN', errorCode, errorMessage } = answer;
  const { rule, rollout, arm, version, setId } = originOf(answer);
  const { targetingKey } = question.context;
  const all: Record<string, unknown> = {
    'feature_flag.key': question.flagKey,
    'feature_flag.provider.name': question.providerMetadata?.name ?? 'burgee',
    'feature_flag.result.reason': reason.toLowerCase(),
    'feature_flag.result.variant': variant,
    // the convention wants the value only where there is no variant
    'feature_flag.result.value': variant === undefined ? scalar(answer.value) : undefined,
    'feature_flag.context.id': withContextId && typeof targetingKey === 'string' ? targetingKey : undefined,
    'feature_flag.set.id': setId,
    'feature_flag.version': version,
    'error.type': errorCode?.toLowerCase(),
    'error.message': errorMessage,
    'burgee.rule': rule,
    'burgee.rollout': rollout,
    'burgee.arm': arm,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as TelemetryAttributes;
}

const scalar = (value: unknown): unknown =>
  typeof value === 'boolean' || typeof value === 'number' || (typeof value === 'string' && value.length <= LONGEST_VALUE)
    ? value
    : undefined;
