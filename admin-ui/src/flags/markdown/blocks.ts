/** The parts of a text, one below the other. */
export type Block =
  | { readonly is: 'paragraph'; readonly lines: readonly string[] }
  | { readonly is: 'heading'; readonly level: number; readonly line: string }
  | { readonly is: 'list'; readonly ordered: boolean; readonly items: readonly string[] }
  | { readonly is: 'quote'; readonly lines: readonly string[] }
  | { readonly is: 'code'; readonly lines: readonly string[] }
  | { readonly is: 'rule' };

const FENCE = /^\s{0,3}```/;
const HEADING = /^(#{1,4})\s+(\S.*)$/;
const BULLET = /^\s{0,6}[-*+]\s+(\S.*)$/;
const NUMBER = /^\s{0,6}\d{1,9}[.)]\s+(\S.*)$/;
const QUOTE = /^>\s?(.*)$/;
const RULE = /^\s{0,3}(-{3,}|\*{3,}|_{3,})\s*$/;

/** Takes lines off the front as long as they are of one kind. */
function take(lines: string[], kind: RegExp): string[] {
  const taken: string[] = [];
  for (let found = kind.exec(lines[0] ?? ''); lines.length > 0 && found; found = kind.exec(lines[0] ?? '')) {
    taken.push(found[1] ?? '');
    lines.shift();
  }
  return taken;
}

/** A text in the small part of Markdown that descriptions need. Whatever is none of it is a paragraph. */
export function blocksOf(text: string): Block[] {
  // shift is quick enough for the 10,000 characters that a description may have
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  while (lines.length > 0) {
    const line = lines[0] ?? '';
    const heading = HEADING.exec(line);
    if (FENCE.test(line)) {
      lines.shift();
      const end = lines.findIndex((one) => FENCE.test(one));
      blocks.push({ is: 'code', lines: lines.splice(0, end < 0 ? lines.length : end) });
      lines.shift();
    } else if (heading) {
      blocks.push({ is: 'heading', level: heading[1]?.length ?? 1, line: heading[2] ?? '' });
      lines.shift();
    } else if (RULE.test(line)) {
      blocks.push({ is: 'rule' });
      lines.shift();
    } else if (BULLET.test(line)) blocks.push({ is: 'list', ordered: false, items: take(lines, BULLET) });
    else if (NUMBER.test(line)) blocks.push({ is: 'list', ordered: true, items: take(lines, NUMBER) });
    else if (QUOTE.test(line)) blocks.push({ is: 'quote', lines: take(lines, QUOTE) });
    else if (line.trim() === '') lines.shift();
    else blocks.push({ is: 'paragraph', lines: paragraph(lines) });
  }
  return blocks;
}

const OTHER = [FENCE, HEADING, RULE, BULLET, NUMBER, QUOTE, /^\s*$/];

function paragraph(lines: string[]): string[] {
  const taken = [lines.shift() ?? ''];
  while (lines.length > 0 && !OTHER.some((kind) => kind.test(lines[0] ?? ''))) taken.push(lines.shift() ?? '');
  return taken;
}
