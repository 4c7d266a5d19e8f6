import type { Held } from './held.ts';

/** Hands new rulesets to whoever keeps them, one at a time and always the newest. */
export interface Keeper {
  /** With the envelope in which it came, where it came as a whole. */
  keep(ruleset: Held, envelope: string | undefined): void;
  /** When nothing waits to be kept any more. */
  done(): Promise<void>;
}

/** Without `save` nothing is kept. */
export function createKeeper(
  save: ((ruleset: Held, envelope: string | undefined) => Promise<void>) | undefined,
  failed: (error: unknown) => void,
): Keeper {
  let saving: Promise<void> | undefined;
  let unsaved: { readonly ruleset: Held; readonly envelope: string | undefined } | undefined;

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
