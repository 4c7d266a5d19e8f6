/** What a hook is told of the question: what OpenFeature and Burgee's own client both tell. */
export interface HookQuestion {
  readonly flagKey: string;
  readonly context: { readonly targetingKey?: unknown };
  readonly providerMetadata?: { readonly name: string };
}

/** What a hook is told of the answer. OpenFeature has Burgee's part in `flagMetadata`, Burgee's own client beside the value. */
export interface HookAnswer {
  readonly value: unknown;
  readonly variant?: string;
  readonly reason?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly flagMetadata?: Readonly<Record<string, string | number | boolean>>;
  readonly revision?: { readonly epoch: number; readonly n: number } | null;
  readonly rule?: string;
  readonly rollout?: string;
  readonly arm?: string;
}

/**
 * A hook for `addHooks` of OpenFeature, on servers and in browsers, and for the option `hooks` of Burgee's own clients. It
 * watches and changes nothing.
 */
export interface EvaluationHook {
  finally(question: HookQuestion, answer: HookAnswer): void;
}

/** Burgee's part of an answer, wherever it came with it. */
export interface Origin {
  readonly rule: string | undefined;
  readonly rollout: string | undefined;
  readonly arm: string | undefined;
  readonly version: string | undefined;
  readonly setId: string | undefined;
}

export function originOf({ flagMetadata = {}, revision, rule, rollout, arm }: HookAnswer): Origin {
  const text = (name: string): string | undefined => {
    const value = flagMetadata[name];
    return value === undefined ? undefined : String(value);
  };
  return {
    rule: rule ?? text('rule'),
    rollout: rollout ?? text('rollout'),
    arm: arm ?? text('arm'),
    version: revision ? `${revision.epoch}.${revision.n}` : text('version'),
    setId: text('flagSetId'),
  };
}
