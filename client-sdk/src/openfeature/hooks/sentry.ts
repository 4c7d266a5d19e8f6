import { type EvaluationHook, originOf } from './evaluation.ts';

/** What of `@sentry/node` or `@sentry/browser` is used: `import * as Sentry` fits. */
export interface SentrySdk {
  setTag(key: string, value: string): unknown;
  setAttributes?(attributes: Record<string, string>): unknown;
  getClient(): { getIntegrationByName(name: string): unknown } | undefined;
}

/**
 * Makes a hook that tells Sentry which flags the current request or job has met, so that errors can be told apart by variant and
 * arm. Everything goes to Sentry's current isolation scope: on a server each request has one, a job needs `withIsolationScope`.
 *
 * - Tags `flag.<key>` (the variant) and, while the flag is being ramped, `flag.<key>.arm`, on every event that follows.
 * - The same two as attributes, while the flag is being ramped, so that spans carry them: the totals that errors are a share of.
 * - Boolean values through `addFeatureFlag`, where the application has `Sentry.featureFlagsIntegration()`; Sentry takes no others,
 *   and keeps them to the span inside which the flag was asked for.
 */
export function createSentryHook(sentry: SentrySdk): EvaluationHook {
  if (typeof sentry?.setTag !== 'function' || typeof sentry.getClient !== 'function')
    throw new TypeError('createSentryHook: give it the Sentry SDK, import * as Sentry');
  return {
    finally({ flagKey }, answer) {
      const { value, variant } = answer;
      if (typeof value === 'boolean') flagsOf(sentry)?.addFeatureFlag(flagKey, value);
      if (variant === undefined) return;
      const label = `flag.${flagKey}`;
      sentry.setTag(label, variant);
      const { arm } = originOf(answer);
      if (arm === undefined) return;
      sentry.setTag(`${label}.arm`, arm);
      sentry.setAttributes?.({ [label]: variant, [`${label}.arm`]: arm });
    },
  };
}

interface FlagsIntegration {
  addFeatureFlag(name: string, value: unknown): void;
}

function flagsOf(sentry: SentrySdk): FlagsIntegration | undefined {
  const found = sentry.getClient()?.getIntegrationByName('FeatureFlags') as Partial<FlagsIntegration> | undefined;
  return typeof found?.addFeatureFlag === 'function' ? (found as FlagsIntegration) : undefined;
}
