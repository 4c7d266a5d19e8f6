import type { Prepared, Ruleset } from '@burgee/engine';
import type { Logger } from '../../domain/ports.ts';
import { changedFlags } from '../../domain/ruleset.ts';

/**
 * Looks at every flag that changed since `before`. One that cannot be prepared is named in the log and published all the same:
 * SDKs quarantine it alone (`PARSE_ERROR`, the caller's default), whereas holding the ruleset back would hold back every other
 * flag's kill and revert with it.
 */
export function checkRuleset(prepared: Prepared, ruleset: Ruleset, before: Ruleset | undefined, log: Logger): void {
  for (const { key } of changedFlags(before, ruleset)) {
    const error = prepared.compiled(key)?.error;
    if (!error) continue;
    const { project, environment } = ruleset;
    log.error({ project, environment, flag: key, because: error }, 'a flag cannot be prepared; SDKs answer its default');
  }
}
