import type { AuditRecord } from '@burgee/server/api';
import { IconArrowBackUp, IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { page } from '../../text/flag-page.ts';
import { ago, exactTime, unbroken } from '../../text/format.ts';
import css from './list.module.css';

const t = page.history;

interface Props {
  readonly entry: AuditRecord;
  readonly flag: string;
  readonly now: number;
  readonly onRevert: (() => void) | undefined;
}

/** One change: when, who, where, what; both sides of it open below. */
export function Entry({ entry, flag, now, onRevert }: Props) {
  const [open, setOpen] = useState(false);
  const { at, actor, environment, reason, before, after } = entry;
  const summary = unbroken(shortened(entry.summary, flag, environment));
  const hasSides = before !== null || after !== null;
  return (
    <>
      <tr>
        <td className={css.when}>
          <time title={exactTime(at)}>{ago(at, now)}</time>
        </td>
        <td className={css.who} data-kind={actor.kind}>
          {actor.name}
        </td>
        <td className={css.where}>{environment ?? ''}</td>
        <td className={css.said}>
          {hasSides ? (
            <button type="button" aria-expanded={open} aria-label={t.diff(summary)} onClick={() => setOpen(!open)}>
              {open ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
              <span>{summary}</span>
            </button>
          ) : (
            <span className={css.plain}>{summary}</span>
          )}
          {reason && !summary.includes(reason) && <em> “{reason}”</em>}
        </td>
        <td className={css.handle}>
          {onRevert && (
            <button type="button" className={css.revert} aria-label={t.revertThis(summary)} onClick={onRevert}>
              <IconArrowBackUp size={14} />
              {t.revert}
            </button>
          )}
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={5}>
            <div className={css.sides}>
              <Side sign="−" title={t.before} value={before} />
              <Side sign="+" title={t.after} value={after} />
            </div>
          </td>
        </tr>
      )}
    </>
  );
}

function Side({ sign, title, value }: { sign: string; title: string; value: unknown }) {
  return (
    <figure data-sign={sign}>
      <figcaption>
        {sign} {title}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{value === null || value === undefined ? t.nothing : JSON.stringify(value, null, 2)}</pre>
    </figure>
  );
}

/** The flag and the environment stand beside the sentence already. */
function shortened(summary: string, flag: string, environment: string | null): string {
  for (const head of [`${flag} in ${environment}: `, `Flag ${flag}: `])
    if (summary.startsWith(head)) {
      const rest = summary.slice(head.length);
      return rest.charAt(0).toUpperCase() + rest.slice(1);
    }
  return summary;
}
