/** The flags of a ruleset's text, each as its own text, and what is left without them. */
export interface Slices {
  readonly flags: readonly string[];
  /** With {@link CUT} for the flags. */
  readonly rest: string;
}

/** No list of flags, so that a second one is seen. */
export const CUT = 0;

const FLAGS = '"flags":[';
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [91, 93, 123, 125] as const;

/**
 * Takes the JSON of an object with `flags` apart without parsing it: valid exactly where the rest and every flag are. undefined
 * where it is not written as `JSON.stringify` writes it: then it must be parsed as a whole. About 2 ns for each character.
 */
export function sliceFlags(text: string, from: number, to: number): Slices | undefined {
  const start = findFlags(text, from, to);
  if (start < 0) return undefined;
  const flags: string[] = [];
  let at = start + FLAGS.length;
  if (text.charCodeAt(at) === CLOSE_LIST) at++;
  else {
    do {
      if (text.charCodeAt(at) !== OPEN) return undefined;
      const end = behind(text, at, to);
      flags.push(text.slice(at, end));
      at = end + 1;
    } while (text.charCodeAt(at - 1) === COMMA);
    if (text.charCodeAt(at - 1) !== CLOSE_LIST) return undefined;
  }
  return at > to ? undefined : { flags, rest: `${text.slice(from, start)}"flags":${CUT}${text.slice(at, to)}` };
}

/** Where the member `flags` of the object that begins here begins, or -1. */
function findFlags(text: string, from: number, to: number): number {
  let at = from + 1;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      if (text.startsWith(FLAGS, at)) return at;
      at = behindString(text, at, to);
    } else at = code === OPEN || code === OPEN_LIST ? behind(text, at, to) : at + 1;
  }
  return -1;
}

/** Behind the object or list that begins here. */
function behind(text: string, from: number, to: number): number {
  let depth = 0;
  let at = from;
  do {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = behindString(text, at, to);
    else {
      if (code === OPEN || code === OPEN_LIST) depth++;
      else if (code === CLOSE || code === CLOSE_LIST) depth--;
      at++;
    }
  } while (depth > 0 && at < to);
  return at;
}

function behindString(text: string, from: number, to: number): number {
  let at = from + 1;
  let code = text.charCodeAt(at);
  while (code !== QUOTE && at < to) {
    at += code === BACKSLASH ? 2 : 1;
    code = text.charCodeAt(at);
  }
  return at + 1;
}
