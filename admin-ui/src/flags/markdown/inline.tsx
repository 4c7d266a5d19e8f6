import { Fragment, type ReactNode } from 'react';

/**
 * What stands inside a line: code, strong, emphasis, links. Every part ends at the first sign that closes it, so the time is
 * linear; what does not close is text.
 */
const PART =
  /`([^`\n]{1,2000})`|\*\*([^*\n]{1,2000})\*\*|\*([^*\s][^*\n]{0,2000})\*|(?<![\w])_([^_\s][^_\n]{0,2000})_(?![\w])|\[([^[\]\n]{1,500})\]\(([^()\s]{1,2000})\)|(https?:\/\/[^\s<>"'()[\]]{1,2000}[^\s<>"'()[\].,;:!?])/g;

/** An address that a link may lead to, or null: scripts and data are none. */
export function safeHref(raw: string): string | null {
  try {
    const { protocol, href } = new URL(raw);
    return protocol === 'https:' || protocol === 'http:' || protocol === 'mailto:' ? href : null;
  } catch {
    return null;
  }
}

/** A line as elements. Nothing of it becomes markup by itself. */
export function inline(line: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let from = 0;
  const add = (node: ReactNode) => parts.push(<Fragment key={parts.length}>{node}</Fragment>);
  for (const found of line.matchAll(PART)) {
    if (found.index > from) add(line.slice(from, found.index));
    from = found.index + found[0].length;
    const [whole, code, strong, star, low, label, target, bare] = found;
    if (code !== undefined) add(<code>{code}</code>);
    else if (strong !== undefined) add(<strong>{inline(strong)}</strong>);
    else if (star !== undefined || low !== undefined) add(<em>{inline(star ?? low ?? '')}</em>);
    else add(linkTo(label ?? bare ?? '', target ?? bare ?? '') ?? whole);
  }
  if (from < line.length) add(line.slice(from));
  return parts;
}

function linkTo(label: string, target: string): ReactNode | null {
  const href = safeHref(target);
  if (href === null) return null;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {label}
    </a>
  );
}
