export type { EvaluationHook, HookAnswer, HookQuestion } from './evaluation.ts';
export {
  createOpenTelemetryHook,
  type OpenTelemetryOptions,
  type TelemetryAttributes,
  type TelemetrySpan,
} from './open-telemetry.ts';
export { createSentryHook, type SentrySdk } from './sentry.ts';
