import { useMediaQuery } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import { type MouseEvent, useRef } from 'react';
import { text } from '../../text/catalogue.ts';
import type { ListRow } from './filter.ts';
import { flagPath, Row, type RowHandles } from './row.tsx';
import css from './table.module.css';
import { useWindowed } from './window.ts';

const t = text.flags.list;
/** Widths in px: handles, kind, life cycle, last evaluated, owner; each environment; the least for the name. Three environments fit 1440. */
const FIXED = [62, 96, 104, 96, 92];
const STATE = 160;
const NAME = 236;
const PHONE_STATES = 3;
/** Rest of the hand on a name before its page is fetched, ms. */
const INTENT = 50;

export interface TableProps {
  readonly project: string;
  readonly rows: readonly ListRow[];
  readonly environments: readonly { readonly key: string; readonly name: string }[];
  readonly sort: string | undefined;
  readonly compact: boolean;
  readonly now: number;
  readonly picked: ReadonlySet<string>;
  readonly favourites: ReadonlySet<string>;
  readonly mayWrite: boolean;
  readonly mayKill: boolean;
  readonly handles: RowHandles;
  onSort(column: string): void;
  onPickAll(picked: boolean): void;
}

/** The flags as rows of one height, of which only those on the screen are drawn, and of the environments too. */
export function Table(props: TableProps) {
  const { project, rows, environments, compact } = props;
  const router = useRouter();
  const isPhone = useMediaQuery('(max-width: 820px)', matchMedia('(max-width: 820px)').matches) ?? false;
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const height = isPhone ? phoneHeight(environments.length) : compact ? 32 : 44;
  const fixed = FIXED.reduce((all, width) => all + width, 0);
  const seen = useWindowed(
    body,
    box,
    { size: height, count: rows.length },
    { size: STATE, count: environments.length, before: fixed + NAME },
  );
  const columns = isPhone ? { from: 0, to: Math.min(PHONE_STATES, environments.length) } : seen.columns;
  // fewer rows than there were: where the window will be is known once it has been measured again
  const range = seen.rows.from < rows.length ? seen.rows : { from: 0, to: Math.min(rows.length, seen.rows.to - seen.rows.from) };
  const flagAt = (target: EventTarget) => (target as Element).closest('tr')?.dataset.flag;
  const open = (event: MouseEvent<HTMLElement>) => {
    const target = event.target as Element;
    const flag = flagAt(target);
    const isName = target.closest(`.${css.name}`) !== null;
    if (flag === undefined || (!isName && target.closest('a, button, input, label'))) return;
    const isElsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (isName && isElsewhere) return;
    event.preventDefault();
    if (!isName && String(getSelection() ?? '') !== '') return;
    if (isElsewhere) window.open(flagPath(project, flag));
    else void router.navigate({ to: '/projects/$project/flags/$flag', params: { project, flag } });
  };
  const intent = useRef<ReturnType<typeof setTimeout>>(undefined);
  const prepare = (event: { readonly target: EventTarget }) => {
    clearTimeout(intent.current);
    const flag = (event.target as Element).closest(`.${css.name}`) && flagAt(event.target);
    if (!flag) return;
    const load = () => void router.preloadRoute({ to: '/projects/$project/flags/$flag', params: { project, flag } });
    intent.current = setTimeout(load, INTENT);
  };
  return (
    <div ref={box} className={`card ${css.box}`} data-compact={compact}>
      <table
        className={css.table}
        aria-label={text.flags.title}
        aria-rowcount={rows.length + 1}
        aria-colcount={environments.length + 6}
        style={{ minWidth: isPhone ? 0 : fixed + NAME + STATE * environments.length }}
      >
        <colgroup>
          <col style={{ width: FIXED[0] }} />
          <col />
          {FIXED.slice(1).map((width, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the columns have no identity but their place
            <col key={index} style={{ width }} />
          ))}
          {environments.map(({ key }) => (
            <col key={key} style={{ width: STATE }} />
          ))}
        </colgroup>
        <Head {...props} />
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the name of each row is a link; a click beside it is a larger target */}
        <tbody ref={body} onClick={open} onMouseOver={prepare} onFocus={prepare}>
          {range.from > 0 && <Gap height={range.from * height} />}
          {rows.slice(range.from, range.to).map((row, index) => (
            <Row
              key={row.flag.key}
              project={project}
              row={row}
              at={range.from + index + 1}
              columns={columns}
              height={height}
              now={props.now}
              picked={props.picked.has(row.flag.key)}
              favourite={props.favourites.has(row.flag.key)}
              mayWrite={props.mayWrite}
              mayKill={props.mayKill}
              handles={props.handles}
            />
          ))}
          {range.to < rows.length && <Gap height={(rows.length - range.to) * height} />}
        </tbody>
      </table>
    </div>
  );
}

/** Name, chips, some environments, and how many more there are. */
const phoneHeight = (environments: number): number =>
  72 + 34 * Math.min(PHONE_STATES, environments) + (environments > PHONE_STATES ? 24 : 0);

/** Stands for rows that are not drawn. */
function Gap({ height }: { height: number }) {
  return (
    <tr className={css.rows} style={{ height }}>
      <td />
    </tr>
  );
}

function Head({ rows, environments, sort, picked, onSort, onPickAll }: TableProps) {
  const every = rows.length > 0 && rows.every(({ flag }) => picked.has(flag.key));
  const some = !every && rows.some(({ flag }) => picked.has(flag.key));
  const column = (name: string, label: string, className?: string) => {
    const order = sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : undefined;
    return (
      <th key={name} scope="col" className={className} aria-sort={order}>
        <button type="button" className={css.sort} onClick={() => onSort(name)}>
          <span>{label}</span>
          {order === 'ascending' && <IconArrowUp size={13} aria-hidden="true" />}
          {order === 'descending' && <IconArrowDown size={13} aria-hidden="true" />}
        </button>
      </th>
    );
  };
  return (
    <thead>
      <tr aria-rowindex={1}>
        <td className={css.pick}>
          <span>
            <input
              type="checkbox"
              aria-label={t.pickAll}
              checked={every}
              ref={(input) => {
                if (input) input.indeterminate = some;
              }}
              onChange={(event) => onPickAll(event.currentTarget.checked)}
            />
          </span>
        </td>
        {column('name', text.flags.column, css.flag)}
        {column('kind', text.flags.kind)}
        {column('life', t.life)}
        {column('seen', t.seen)}
        {column('owner', t.owner)}
        {environments.map(({ key, name }) => column(`in ${key}`, name))}
      </tr>
    </thead>
  );
}
