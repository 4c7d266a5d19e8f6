import { styleText } from 'node:util';

export type Ink = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** How wide lines may be, and how they are coloured. */
export interface Look {
  readonly width: number;
  ink(ink: Ink | readonly Ink[], text: string): string;
}

/** A stream that may be a terminal. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const WIDEST = 100;
const NARROWEST = 40;

/** A terminal's look, as wide as it is at the moment; no colour where NO_COLOR asks for none (https://no-color.org). */
export function lookOf(stream: Stream, env: NodeJS.ProcessEnv): Look {
  const coloured = stream.isTTY === true && !env.NO_COLOR;
  // a terminal that does not know its size says 0
  const columns = stream.columns || 80;
  return {
    width: Math.max(NARROWEST, Math.min(WIDEST, columns)),
    ink: (ink, text) => (coloured ? styleText(typeof ink === 'string' ? ink : [...ink], text, { validateStream: false }) : text),
  };
}

/** Whether a stream can be redrawn in place. */
export function isLive(stream: Stream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb';
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC
const COLOUR = /\u001b\[[\d;]*m/g;

/** Characters on the screen, colour codes not counted. */
export function lengthOf(text: string): number {
  return [...text.replaceAll(COLOUR, '')].length;
}

/** Texts of other people may not move the cursor. */
export function harmless(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\ufffd');
}

/** Lines of whole words, none longer than `width`. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && lengthOf(line) + 1 + lengthOf(word) > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    for (; lengthOf(line) > width; line = [...line].slice(width).join('')) lines.push([...line].slice(0, width).join(''));
  }
  return line === '' ? lines : [...lines, line];
}

/** At most `width` characters, the end marked where something is missing. */
export function clip(text: string, width: number): string {
  return lengthOf(text) <= width ? text : `${[...text].slice(0, Math.max(0, width - 1)).join('')}…`;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of `width` cells of which a share (0…1) is filled, in eighths of a cell, and the cells that are left. */
export function barOf(share: number, width: number): { readonly full: string; readonly left: string } {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const full = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
  return { full, left: '·'.repeat(width - Math.ceil(eighths / 8)) };
}
