/** How the types of one declaration file differ from those of another; keys as they are written there, `attribute` before those of attributes. */
export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** Something differs that a compiler sees. */
  readonly inTypes: boolean;
  /** Something differs at all. */
  readonly inText: boolean;
}

const COMMENT = /^ *\/\*\*[\s\S]*?\*\/\n|^ *\/\/.*\n/gm;
// an attribute that nothing compares may be anything, declared or not
const ANYTHING = /^ {4}'(?:[^'\\]|\\.)*'\?: unknown;\n/gm;
const SECTION = /^ {2}(?:interface|export type) (\w+)/;
const ENTRY = /^ {4}(?:\| )?('(?:[^'\\]|\\.)*')(.*)$/;

/** Compares two texts that `declarationOf` made; one that somebody edited differs in more than its entries. */
export function differenceOf(before: string, after: string): Difference {
  const [old, now] = [typesIn(before), typesIn(after)];
  const [known, wanted] = [entriesOf(old), entriesOf(now)];
  return {
    added: [...wanted.keys()].filter((name) => !known.has(name)),
    removed: [...known.keys()].filter((name) => !wanted.has(name)),
    changed: [...wanted.keys()].filter((name) => known.has(name) && known.get(name) !== wanted.get(name)),
    inTypes: old !== now,
    inText: before.replaceAll('\r\n', '\n') !== after,
  };
}

/** The text without what no compiler sees. */
function typesIn(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(COMMENT, '').replaceAll(ANYTHING, '');
}

/** Flags and attributes, each with all that is said of it. */
function entriesOf(types: string): Map<string, string> {
  const entries = new Map<string, string>();
  let section = '';
  for (const line of types.split('\n')) {
    section = SECTION.exec(line)?.[1] ?? section;
    const [, key, code = ''] = ENTRY.exec(line) ?? [];
    if (key === undefined) continue;
    const name = section === 'Attributes' ? `attribute ${key}` : key;
    entries.set(name, `${entries.get(name) ?? ''}${section}${code.replace(/;$/, '')}\n`);
  }
  return entries;
}
