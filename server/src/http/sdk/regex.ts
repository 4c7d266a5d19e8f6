import { RE2JS } from 're2js';

/**
 * RE2 semantics for `matches`: linear in the text, found anywhere in it. The engine caps pattern and text before it gets here
 * (256 and 1,024 characters). Throws where the pattern is not RE2's: look-around, backreferences, mistakes.
 */
export function compileRegex(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  return (text) => compiled.matcher(text).find();
}
