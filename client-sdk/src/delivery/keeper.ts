import type { Ruleset } from '@burgee/engine';

/** Hands new rulesets to whoever keeps them, one at a time and always the newest. */
export interface Keeper {
  /** With the envelope in which it came, where it came as a whole. */
  keep(ruleset: Ruleset, envelope: string | undefined): void;
  /** When nothing waits to be kept any more. */
  done(): Promise<void>;
}

/** Without `save` nothing is kept. */
export function createKeeper(
  save: ((ruleset: Ruleset, envelope: string | undefined) => Promise<void>) | undefined,
  failed: (error: unknown) => void,
): Keeper {
  let saving: Promise<void> | undefined;
  let unsaved: { readonly ruleset: Ruleset; readonly envelope: string | undefined } | undefined;

  const next = (): void => {
    if (save === undefined || saving !== undefined || unsaved === undefined) return;
    const { ruleset, envelope } = unsaved;
    unsaved = undefined;
    saving = save(ruleset, envelope)
      .catch(failed)
      .then(() => {
        saving = undefined;
        next();
      });
  };

  return {
    keep(ruleset, envelope) {
      unsaved = { ruleset, envelope };
      next();
    },
    async done() {
      // the newest may be waiting behind the one that is being written
      while (saving !== undefined) await saving;
    },
  };
}
