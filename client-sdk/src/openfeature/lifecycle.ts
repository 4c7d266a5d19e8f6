import { ErrorCode } from '@openfeature/core';

/**
 * How a provider fares: it has flags that are kept up to date; flags, while the server has not been heard for a grace period; none
 * yet; none, and the key was refused.
 */
export type Condition = 'ready' | 'stale' | 'error' | 'fatal';

/** Tells OpenFeature of changes of condition, each once. */
export interface Lifecycle {
  /**
   * OpenFeature has been told this by the way initialization, or a change of context, ended; what differs from it is told from the
   * next turn on.
   */
  settled(condition: Condition): void;
  /** OpenFeature waits for a change of context to settle: until then there is nothing to tell. */
  suspend(): void;
  /** Looks whether the condition has changed; before initialization has ended there is nothing to tell. */
  look(): void;
  /** Whether OpenFeature waits for nothing. */
  isOpen(): boolean;
}

/** `soon` runs a function in a later turn of the event loop. */
export function createLifecycle(input: {
  readonly condition: () => Condition;
  readonly tell: (condition: Condition) => void;
  readonly soon: (run: () => void) => void;
}): Lifecycle {
  let told: Condition | undefined;
  let turn = 0;
  const look = (): void => {
    const now = input.condition();
    if (told === undefined || now === told) return;
    told = now;
    input.tell(now);
  };
  return {
    settled(condition) {
      const mine = ++turn;
      // OpenFeature takes the result of a promise some microtasks later: told before that, the news would be overwritten
      input.soon(() => {
        if (mine !== turn) return;
        told = condition;
        look();
      });
    },
    suspend() {
      turn++;
      told = undefined;
    },
    look,
    isOpen: () => told !== undefined,
  };
}

/** What an event says of a condition. */
export function eventDetails(condition: Condition, message: string): { message: string; errorCode?: ErrorCode } {
  return condition === 'fatal' ? { message, errorCode: ErrorCode.PROVIDER_FATAL } : { message };
}

/** Whether an error of a client means that the server does not take its key. */
export function isRefusal({ code, status }: { readonly code: string; readonly status?: number }): boolean {
  return code === 'status' && (status === 401 || status === 403);
}
