const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\bFxiOS\//, 'Firefox'],
  [/\b(?:Headless)?Chrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

const first = (table: typeof BROWSERS, text: string): string | null => table.find(([pattern]) => pattern.test(text))?.[1] ?? null;

/** What browsers say of themselves, in words: null for what it does not tell. */
export function readUserAgent(text: string): { readonly browser: string | null; readonly system: string | null } {
  return { browser: first(BROWSERS, text), system: first(SYSTEMS, text) };
}
