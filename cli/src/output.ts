/** What a command says: one JSON document on stdout for machines, lines for people. Progress goes to stderr. */
export interface Output {
  readonly json: boolean;
  /** The command's result. `people` says it for a terminal. */
  result(document: unknown, people: () => string): void;
  /** One line of progress. */
  note(line: string): void;
}

/** JSON when asked for, or when stdout is not a terminal. */
export function createOutput(options: { readonly output?: string }): Output {
  const json = options.output === undefined ? process.stdout.isTTY !== true : options.output === 'json';
  return {
    json,
    result(document, people) {
      process.stdout.write(`${json ? JSON.stringify(document, null, 2) : people()}\n`);
    },
    note(line) {
      process.stderr.write(`${line}\n`);
    },
  };
}

/** Columns as wide as their widest cell, two spaces between. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head.map((title) => title.toUpperCase())), ...rows.map(line)].join('\n');
}

/** `25 %`, `0.05 %` */
export function percentText(percent: number): string {
  return `${percent} %`;
}
