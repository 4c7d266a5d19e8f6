import { Fragment, type ReactNode } from 'react';
import { type Block, blocksOf } from './blocks.ts';
import { inline } from './inline.tsx';
import css from './markdown.module.css';

/** A description in Markdown, as elements: headings, lists, quotes, code, links to other hosts. HTML in it stays text. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className={css.text}>
      {blocksOf(text).map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the blocks have no identity but their place
        <Fragment key={index}>{blockAs(block)}</Fragment>
      ))}
    </div>
  );
}

function blockAs(block: Block): ReactNode {
  switch (block.is) {
    case 'heading':
      return <p className={css.heading}>{inline(block.line)}</p>;
    case 'list': {
      const items = block.items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the items have no identity but their place
        <li key={index}>{inline(item)}</li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case 'quote':
      return <blockquote>{broken(block.lines)}</blockquote>;
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <pre tabIndex={0}>
          <code>{block.lines.join('\n')}</code>
        </pre>
      );
    case 'rule':
      return <hr />;
    default:
      return <p>{broken(block.lines)}</p>;
  }
}

/** Lines as they were broken: who writes a description in a small field means it so. */
function broken(lines: readonly string[]): ReactNode {
  return lines.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no identity but their place
    <Fragment key={index}>
      {index > 0 && <br />}
      {inline(line)}
    </Fragment>
  ));
}
