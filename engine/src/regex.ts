import type { Ruleset } from './types.ts';

/** Compiles a pattern with RE2 semantics (linear time, found anywhere in the text); throws or returns where it cannot. */
export type RegexCompiler = (pattern: string, ignoreCase: boolean) => (text: string) => boolean;

/** A longer pattern matches nothing. */
export const PATTERN_LIMIT = 256;

/** A longer text matches no pattern. */
export const MATCH_INPUT_LIMIT = 1024;

/** The test of one pattern within both limits, or null where the pattern cannot be used. */
export function compilePattern(compile: RegexCompiler, pattern: string, ignoreCase: boolean): ((text: string) => boolean) | null {
  if (pattern.length > PATTERN_LIMIT) return null;
  try {
    const found = compile(pattern, ignoreCase);
    return (text) => text.length <= MATCH_INPUT_LIMIT && found(text);
  } catch {
    return null;
  }
}

/** Whether any condition of the ruleset uses `matches`, so that a compiler must be at hand before the ruleset is prepared. */
export function needsRegex(ruleset: Ruleset): boolean {
  const pending: unknown[] = [];
  for (const segment of ruleset.segments) pending.push(segment.when);
  for (const flag of ruleset.flags) for (const rule of flag.rules ?? []) if (rule?.when !== undefined) pending.push(rule.when);
  for (let part = pending.pop(); part !== undefined || pending.length > 0; part = pending.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    const { operator, all, any, not } = part as Record<string, unknown>;
    if (operator === 'matches') return true;
    if (Array.isArray(all)) pending.push(...all);
    if (Array.isArray(any)) pending.push(...any);
    if (not !== undefined) pending.push(not);
  }
  return false;
}
