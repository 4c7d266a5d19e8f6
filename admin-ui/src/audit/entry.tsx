import type { AuditRecord } from '@burgee/server/api';
import { ActionIcon, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { text } from '../text/catalogue.ts';
import { exactTime, shortTime } from '../text/format.ts';
import css from './page.module.css';

const t = text.audit;

/** One line of history; what changed opens below it. */
export function AuditEntryRow({ entry, onActor }: { entry: AuditRecord; onActor: (name: string) => void }) {
  const [open, setOpen] = useState(false);
  const { at, actor, environment, action, summary, reason, before, after } = entry;
  const hasDiff = before !== null || after !== null;
  return (
    <>
      <tr>
        <td className={css.opener}>
          {hasDiff && (
            <ActionIcon
              size="xs"
              variant="subtle"
              color="gray"
              aria-expanded={open}
              aria-label={open ? t.hide : t.diff}
              onClick={() => setOpen(!open)}
            >
              {open ? <IconChevronDown size={15} /> : <IconChevronRight size={15} />}
            </ActionIcon>
          )}
        </td>
        <td className={css.when}>
          <time title={exactTime(at)}>{shortTime(at)}</time>
        </td>
        <td className={css.who} data-kind={actor.kind}>
          <UnstyledButton fz="inherit" fw="inherit" title={t.onlyBy(actor.name)} onClick={() => onActor(actor.name)}>
            {actor.name}
          </UnstyledButton>
        </td>
        <td className={css.where}>{environment ?? ''}</td>
        <td className={css.action}>{action}</td>
        <td className={css.said}>
          <span>
            {summary}
            {reason && !summary.includes(reason) && <em className={css.reason}> {t.reason(reason)}</em>}
          </span>
        </td>
      </tr>
      {open && (
        <tr className={css.open}>
          <td colSpan={6}>
            <div className={css.diff}>
              <Side title={t.before} value={before} sign="−" />
              <Side title={t.after} value={after} sign="+" />
            </div>
          </td>
        </tr>
      )}
    </>
  );
}

function Side({ title, value, sign }: { title: string; value: unknown; sign: string }) {
  return (
    <figure className={css.side} data-sign={sign}>
      <figcaption>
        {sign} {title}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{value === null || value === undefined ? t.nothing : JSON.stringify(value, null, 2)}</pre>
    </figure>
  );
}
