import type { PrepareOptions } from '@burgee/engine';

/** Loads RE2 in JavaScript: linear time on any pattern. A chunk of its own, read only when a ruleset has a `matches` condition. */
export async function loadRegex(): Promise<NonNullable<PrepareOptions['regex']>> {
  const { RE2JS } = await import('re2js');
  return (pattern, ignoreCase) => {
    const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return (text) => compiled.test(text);
  };
}
