import type { Rule, Ruleset } from './types.ts';

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

// what nests deeper is refused when the flag is prepared (DEPTH_LIMIT), and this must not run out of stack before
const DEEP = 32;

// loops by index: this runs once, at the start, over everything, and before it is compiled an iterator takes four times as long
function anyMatches(parts: readonly unknown[], depth: number): boolean {
  for (let i = 0; i < parts.length; i++) if (matchesSomewhere(parts[i], depth)) return true;
  return false;
}

function matchesSomewhere(part: unknown, depth: number): boolean {
  if (typeof part !== 'object' || part === null || depth > DEEP) return false;
  const { operator, all, any, not } = part as Record<string, unknown>;
  if (operator === 'matches') return true;
  const parts = all ?? any;
  if (Array.isArray(parts) && anyMatches(parts, depth + 1)) return true;
  return not !== undefined && matchesSomewhere(not, depth + 1);
}

/** Whether any condition of a ruleset or delta uses `matches`, so that a compiler must be at hand before it is prepared. */
export function needsRegex({ segments, flags }: Pick<Ruleset, 'segments' | 'flags'>): boolean {
  for (let i = 0; i < segments.length; i++) if (matchesSomewhere(segments[i]?.when, 0)) return true;
  for (let i = 0; i < flags.length; i++) {
    const rules: readonly (Rule | null)[] | undefined = flags[i]?.rules;
    if (!Array.isArray(rules)) continue;
    for (let j = 0; j < rules.length; j++) if (matchesSomewhere(rules[j]?.when, 0)) return true;
  }
  return false;
}
