import type { AuditRecord } from '@burgee/server/api';
import { ActionIcon, Button, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import * as queries from '../api/queries.ts';
import { useMay } from '../app/permissions.ts';
import { audit as t } from '../text/audit.ts';
import { exactTime, shortTime } from '../text/format.ts';
import css from './page.module.css';
import { saidOf } from './said.ts';
import { ruleIdsIn } from './side-lines.ts';
import { Sides } from './sides.tsx';
import { undoOf } from './undo.ts';

interface Props {
  readonly entry: AuditRecord;
  onActor(name: string): void;
  onObject(object: string): void;
  onUndo(entry: AuditRecord): void;
}

/** One line of history; what changed opens below it. */
export function AuditEntryRow({ entry, onActor, onObject, onUndo }: Props) {
  const [open, setOpen] = useState(false);
  const may = useMay();
  const { at, actor, environment, action, object, reason, before, after } = entry;
  const summary = saidOf(entry);
  const undo = undoOf(entry);
  return (
    <>
      <tr>
        <td className={css.opener}>
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
        <td className={css.action}>{t.actions[action] ?? action}</td>
        <td className={css.said}>
          <span>
            {summary}
            {reason && !summary.includes(reason) && <em className={css.reason}> {t.reason(reason)}</em>}
          </span>
        </td>
        <td className={css.tools}>
          {undo.kind !== 'none' && may(undo.needs) && (
            <Button size="compact-xs" variant="default" aria-label={t.undo.of(summary)} onClick={() => onUndo(entry)}>
              {t.undo.action}
            </Button>
          )}
        </td>
      </tr>
      {open && (
        <tr className={css.open}>
          <td colSpan={7}>
            <p className={css.about}>
              <UnstyledButton className="key" fz="inherit" title={t.onlyAbout(object)} onClick={() => onObject(object)}>
                {object}
              </UnstyledButton>
              <span className="key">{action}</span>
              <span>{exactTime(at)}</span>
              {undo.kind === 'none' && <span>{t.undo.why(undo.why)}</span>}
            </p>
            {(before !== null || after !== null) && <Told entry={entry} />}
          </td>
        </tr>
      )}
    </>
  );
}

/** Where rules are told of, what place each has now is looked up. */
function Told({ entry }: { entry: AuditRecord }) {
  const { project, environment, object, before, after } = entry;
  const key = object.startsWith('flag/') ? object.slice('flag/'.length) : '';
  const asks = project !== null && environment !== null && key !== '' && ruleIdsIn(before, after).length > 0;
  const { data } = useQuery({ ...queries.flag(project ?? '', key), enabled: asks });
  const there = data?.states.find(({ state }) => state.environment === environment);
  return <Sides entry={entry} places={there?.state.rules.map(({ id }) => id)} />;
}
