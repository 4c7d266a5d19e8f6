import { IconStar, IconStarFilled } from '@tabler/icons-react';
import { memo } from 'react';
import { text } from '../../text/catalogue.ts';
import { ago } from '../../text/format.ts';
import { KindChip } from '../kind-chip.tsx';
import { LifeCycleChip } from '../lifecycle-chip.tsx';
import { type Act, Cell } from './cell.tsx';
import type { ListRow } from './filter.ts';
import css from './table.module.css';
import type { Range } from './window.ts';

const t = text.flags.list;

export interface RowHandles {
  onPick(flag: string, picked: boolean, reach: boolean): void;
  onFavourite(flag: string): void;
  onAct(flag: string, environment: string, act: Act): void;
}

interface Props {
  readonly project: string;
  readonly row: ListRow;
  /** Its place among all rows, from 1. */
  readonly at: number;
  readonly columns: Range;
  readonly height: number;
  readonly now: number;
  readonly picked: boolean;
  readonly favourite: boolean;
  readonly mayWrite: boolean;
  readonly mayKill: boolean;
  readonly handles: RowHandles;
}

/** The address of a flag's page. */
export const flagPath = (project: string, flag: string): string =>
  `/projects/${encodeURIComponent(project)}/flags/${encodeURIComponent(flag)}`;

/** One flag of the list: what it is, and what it does in the environments that are on the screen. Its link is the table's. */
export const Row = memo(function Row(props: Props) {
  const { project, row, at, columns, height, now, picked, favourite, mayWrite, mayKill, handles } = props;
  const { flag, states } = row;
  const name = flag.name || flag.key;
  const after = states.length - columns.to;
  return (
    <tr data-flag={flag.key} data-picked={picked} aria-rowindex={at + 1} style={{ height }}>
      <td className={css.pick}>
        <span>
          <input
            type="checkbox"
            aria-label={t.pick(name)}
            checked={picked}
            onChange={(event) =>
              handles.onPick(
                flag.key,
                event.currentTarget.checked,
                event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey,
              )
            }
          />
          <button
            type="button"
            className={css.star}
            aria-pressed={favourite}
            aria-label={t.favourite(name)}
            onClick={() => handles.onFavourite(flag.key)}
          >
            {favourite ? <IconStarFilled size={14} /> : <IconStar size={14} />}
          </button>
        </span>
      </td>
      <th scope="row" className={css.flag}>
        <a className={css.name} title={name} href={flagPath(project, flag.key)}>
          {name}
        </a>
        <span className={css.meta}>
          <span className="key">{flag.key}</span>
          {flag.tags.slice(0, 4).map((tag) => (
            <span key={tag} className={css.tag}>
              {tag}
            </span>
          ))}
          {flag.tags.length > 4 && <span>+{flag.tags.length - 4}</span>}
        </span>
      </th>
      <td className={css.kind}>
        <KindChip kind={flag.kind} />
      </td>
      <td className={css.life}>
        <LifeCycleChip life={row.life} />
      </td>
      <td className={css.quiet}>{row.seen === null ? t.never : ago(row.seen, now)}</td>
      <td className={css.quiet} title={row.ownerName}>
        {row.ownerName || '–'}
      </td>
      {columns.from > 0 && <td colSpan={columns.from} className={css.gap} />}
      {states.slice(columns.from, columns.to).map((state, index) => (
        <td key={state.state.environment} className={css.state} aria-colindex={columns.from + index + 7}>
          <span className={css.where}>{state.state.environment}</span>
          <Cell
            flag={flag}
            row={state}
            locked={!mayWrite || flag.archived}
            mayKill={mayKill && !flag.archived}
            onAct={handles.onAct}
          />
        </td>
      ))}
      {after > 0 && (
        <td colSpan={after} className={css.gap}>
          <span className={css.more}>{t.moreEnvironments(after)}</span>
        </td>
      )}
    </tr>
  );
});
