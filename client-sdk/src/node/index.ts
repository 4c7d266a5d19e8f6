export type {
  Arm,
  EvaluationContext,
  EvaluationErrorCode,
  JsonValue,
  Reason,
  Revision,
  Ruleset,
} from '@burgee/engine';
export type { Status } from '../client.ts';
export type { Source } from '../delivery/holder.ts';
export type { Detail } from '../evaluator.ts';
export type { ClientError, ClientEvents, Readiness } from '../events.ts';
export type { Context } from '../flags/index.ts';
export type { Hook, HookContext, HookDetails } from '../hooks.ts';
export type { Evaluator, RequestView, TypedDetail, TypedEvaluator, TypedRequestView } from '../typed-evaluator.ts';
export { type Client, createClient, type WorkOutcome } from './create-client.ts';
export type { FastifyInstance, HonoContext, Middleware } from './middleware.ts';
export type { ClientOptions, CommonOptions, FileOptions, OfflineOptions, ServerOptions } from './options.ts';
export type { OverrideSource } from './override-sources.ts';
