import type { Held } from '../delivery/held.ts';
import { type Carrier, OVERRIDE_SOURCES, type OverrideSource, tokensIn } from './override-sources.ts';
import { createVerifier, type OverrideToken } from './override-token.ts';

/** Finds the override token of a request; undefined where there is none that is taken. Never throws. */
export type ReadOverride = (request: Carrier) => OverrideToken | undefined;

const LOG_MS = 60_000;

/** Of several sources the first that has anything counts; a token that is there twice, or is not taken, counts as none. */
export function createOverrides(input: {
  readonly sources: readonly OverrideSource[];
  readonly held: () => Held | undefined;
  readonly now: () => number;
  readonly warn: (message: string) => void;
}): ReadOverride {
  const { now } = input;
  const verify = createVerifier(input.held, now);
  const sources = OVERRIDE_SOURCES.filter((source) => input.sources.includes(source));
  let loggedAt = Number.NEGATIVE_INFINITY;

  /** Anybody can send anything, so there is a line a minute at most, and nothing of what was sent in it. */
  const refuse = (source: OverrideSource, reason: string): undefined => {
    if (now() - loggedAt < LOG_MS) return undefined;
    loggedAt = now();
    input.warn(`burgee: an override token in the ${source} was not taken: ${reason}`);
    return undefined;
  };

  return (request) => {
    try {
      for (const source of sources) {
        const [text, ...more] = tokensIn(source, request);
        if (text === undefined) continue;
        if (more.length > 0) return refuse(source, 'it is there more than once');
        const verdict = verify(text);
        return 'refused' in verdict ? refuse(source, verdict.refused) : verdict;
      }
    } catch {
      // whatever a request is, it is answered
    }
    return undefined;
  };
}
