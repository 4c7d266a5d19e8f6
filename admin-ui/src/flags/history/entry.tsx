import type { AuditRecord } from '@burgee/server/api';
import { IconArrowBackUp, IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { Sides } from '../../audit/sides.tsx';
import { page } from '../../text/flag-page.ts';
import { ago, exactTime, unbroken } from '../../text/format.ts';
import css from './list.module.css';
import { saidOf } from './said.ts';

const t = page.history;

interface Props {
  readonly entry: AuditRecord;
  readonly flag: string;
  /** Ids of the rules that the flag has in the entry's environment now, in order. */
  readonly rules: readonly string[];
  readonly now: number;
  readonly onRevert: (() => void) | undefined;
}

/** One change: when, who, where, what; both sides of it open below. */
export function Entry({ entry, flag, rules, now, onRevert }: Props) {
  const [open, setOpen] = useState(false);
  const { at, actor, environment, reason, before, after } = entry;
  const summary = unbroken(saidOf(entry, flag, rules));
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
              <Sides entry={entry} places={environment === null ? undefined : rules} />
            </div>
          </td>
        </tr>
      )}
    </>
  );
}
