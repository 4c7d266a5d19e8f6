/**
 * How a provider fares: answers from rules that are kept up to date; from rules while the server has not been heard for a grace
 * period; has no rules yet; has none and the key was refused.
 */
export type Condition = 'ready' | 'stale' | 'error' | 'fatal';

/** Tells OpenFeature of changes of condition, each once. */
export interface Lifecycle {
  /** OpenFeature has been told this by the way initialization ended; what differs from it is told from the next turn on. */
  initialized(condition: Condition): void;
  /** Looks whether the condition has changed; before initialization has ended there is nothing to tell. */
  look(): void;
  /** Whether initialization has ended. */
  isOpen(): boolean;
}

/** `soon` runs a function in a later turn of the event loop. */
export function createLifecycle(input: {
  readonly condition: () => Condition;
  readonly tell: (condition: Condition) => void;
  readonly soon: (run: () => void) => void;
}): Lifecycle {
  let told: Condition | undefined;
  const look = (): void => {
    const now = input.condition();
    if (told === undefined || now === told) return;
    told = now;
    input.tell(now);
  };
  return {
    initialized(condition) {
      // OpenFeature takes the result of initialize some microtasks later: told before that, the news would be overwritten
      input.soon(() => {
        told = condition;
        look();
      });
    },
    look,
    isOpen: () => told !== undefined,
  };
}
