import { IconAlertOctagon, IconBan, IconTrendingUp } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { FlagRow, StateRow } from '../../api/resources.ts';
import { text } from '../../text/catalogue.ts';
import { percent as words } from '../../text/format.ts';
import { byWords, reachPercent } from '../words.ts';
import css from './cell.module.css';

/** What a handle in a cell wants: a dialog about this flag there. */
export type Act = 'on' | 'off' | 'percent' | 'kill';

interface Props {
  readonly flag: FlagRow['flag'];
  readonly row: StateRow;
  readonly locked: boolean;
  readonly mayKill: boolean;
  onAct(flag: string, environment: string, act: Act): void;
}

/**
 * What a flag does in one environment, and the handles to change it. The list draws hundreds of these, so they are plain elements
 * without any state; the dialogs are the list's.
 */
export const Cell = memo(function Cell({ flag, row, locked, mayKill, onAct }: Props) {
  const { state, rollout } = row;
  const { environment, killed, enabled } = state;
  const name = flag.name || flag.key;
  const act = (what: Act) => onAct(flag.key, environment, what);
  if (killed !== null) {
    return (
      <div className={css.cell}>
        <IconAlertOctagon size={16} color="var(--bad)" aria-hidden="true" />
        <span className={css.killed}>{text.flags.killed}</span>
        {mayKill && (
          <button type="button" className={css.restore} aria-label={text.flags.restore.action} onClick={() => act('kill')}>
            {text.flags.restore.action}
          </button>
        )}
      </div>
    );
  }
  return (
    <div className={css.cell}>
      <button
        type="button"
        role="switch"
        className={css.switch}
        aria-checked={enabled}
        aria-label={text.flags.toggle(name, environment)}
        disabled={locked}
        onClick={() => act(enabled ? 'off' : 'on')}
      >
        <span />
      </button>
      <Reach flag={flag} row={row} locked={locked} onPercent={() => act('percent')} />
      {rollout && (
        <Link
          className={css.rollout}
          data-state={rollout.state}
          to="/projects/$project/environments/$environment/rollouts/$rollout"
          params={{ project: state.project, environment, rollout: rollout.id }}
          title={text.flags.openRollout(words(rollout.percent))}
          aria-label={text.flags.openRollout(words(rollout.percent))}
        >
          <IconTrendingUp size={13} />
        </Link>
      )}
      {enabled && mayKill && (
        <button
          type="button"
          className={css.kill}
          title={text.flags.killIn(name, environment)}
          aria-label={text.flags.killIn(name, environment)}
          onClick={() => act('kill')}
        >
          <IconBan size={15} />
        </button>
      )}
    </div>
  );
});

interface ReachProps {
  readonly flag: FlagRow['flag'];
  readonly row: StateRow;
  readonly locked: boolean;
  onPercent(): void;
}

function Reach({ flag, row: { state }, locked, onPercent }: ReachProps) {
  if (!state.enabled) return <span className={css.off}>{text.flags.off}</span>;
  const percent = reachPercent(state);
  const only = state.rules.length === 1 ? state.rules[0] : undefined;
  const label = percent === null ? text.flags.rules(state.rules.length) : words(percent);
  const some = only !== undefined && (only.when !== undefined || (only.segments?.length ?? 0) > 0);
  const title = only === undefined ? undefined : `${byWords(only.by)}${some ? `, ${text.flags.ofSome}` : ''}`;
  const body = (
    <>
      <span className={css.percent}>
        {label}
        {some && '*'}
      </span>
      {percent !== null && (
        <svg className={css.bar} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
          <rect width={percent} height="4" />
        </svg>
      )}
    </>
  );
  if (only && !locked) {
    return (
      <button
        type="button"
        className={css.reach}
        title={title}
        aria-label={text.flags.change(flag.name || flag.key, state.environment, label)}
        onClick={onPercent}
      >
        {body}
      </button>
    );
  }
  return (
    <Link
      className={css.reach}
      title={title}
      to="/projects/$project/flags/$flag"
      params={{ project: state.project, flag: state.flag }}
      search={{ env: state.environment }}
    >
      {body}
    </Link>
  );
}
