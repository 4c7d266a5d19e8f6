/** Pieces of TypeScript source from words that anybody may have chosen. */

// what an editor hides or reorders: control and format characters, line and paragraph separators, unpaired surrogates
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
// joiners belong to the spelling of some languages and of some emoji
const HIDDEN_IN_COMMENTS = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const MOST_CHARS = 2_000;

const escaped = (text: string): string =>
  [...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

/** A string literal in single quotes; what cannot be seen is escaped. */
export function literal(text: string): string {
  const inside = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(/\\.|'/g, (part) => (part === '\\"' ? '"' : part === "'" ? "\\'" : part));
  return `'${inside.replaceAll(HIDDEN, escaped)}'`;
}

/** A union, `none` where it would be empty; in the order of their code units, each once. */
export function union(types: Iterable<string>, none: string): string {
  const members = [...new Set(types)].sort();
  return members.length === 0 ? none : members.join(' | ');
}

/** A JSDoc comment of these lines, which can neither end it nor begin a tag; `deprecated` becomes its tag. Empty where nothing is said. */
export function jsDoc(texts: readonly string[], deprecated: string | null, indent: string): string {
  const lines = texts.flatMap(linesOf);
  if (deprecated !== null) lines.push(`@deprecated ${linesOf(deprecated).join(' ')}`);
  const [first] = lines;
  if (first === undefined) return '';
  if (lines.length === 1) return `${indent}/** ${first} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`;
}

function linesOf(text: string): string[] {
  const shown = text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text;
  const lines = shown
    .trim()
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) =>
      line
        .replaceAll(HIDDEN_IN_COMMENTS, ' ')
        .replaceAll('*/', '*\\/')
        // a tag begins at an @ after white space
        .replaceAll(/(^|\s)@(?=\S)/g, '$1\\@')
        .trimEnd(),
    );
  return lines.length === 1 && lines[0] === '' ? [] : lines;
}
