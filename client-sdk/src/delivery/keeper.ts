import type { Ruleset } from '@burgee/engine';

/** Hands new rulesets to whoever keeps them, one at a time and always the newest. */
export interface Keeper {
  keep(envelope: () => string, ruleset: Ruleset): void;
  /** When nothing waits to be kept any more. */
  done(): Promise<void>;
}

/** Without `save` nothing is kept. */
export function createKeeper(
  save: ((envelope: string, ruleset: Ruleset) => Promise<void>) | undefined,
  failed: (error: unknown) => void,
): Keeper {
  let saving: Promise<void> | undefined;
  let unsaved: { readonly envelope: () => string; readonly ruleset: Ruleset } | undefined;

  const next = (): void => {
    if (save === undefined || saving !== undefined || unsaved === undefined) return;
    const { envelope, ruleset } = unsaved;
    unsaved = undefined;
    saving = save(envelope(), ruleset)
      .catch(failed)
      .then(() => {
        saving = undefined;
        next();
      });
  };

  return {
    keep(envelope, ruleset) {
      unsaved = { envelope, ruleset };
      next();
    },
    async done() {
      // the newest may be waiting behind the one that is being written
      while (saving !== undefined) await saving;
    },
  };
}
