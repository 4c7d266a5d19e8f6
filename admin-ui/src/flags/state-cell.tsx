import { ActionIcon, Button, Switch, UnstyledButton } from '@mantine/core';
import { IconAlertOctagon, IconBan, IconTrendingUp } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { FlagRow, StateRow } from '../api/resources.ts';
import { useMay } from '../app/permissions.ts';
import { text } from '../text/catalogue.ts';
import { percent as words } from '../text/format.ts';
import css from './state-cell.module.css';
import type { Turn } from './turn-dialog.tsx';
import { byWords, reachPercent } from './words.ts';

const TurnDialog = lazy(() => import('./turn-dialog.tsx').then((m) => ({ default: m.TurnDialog })));
const KillDialog = lazy(() => import('./kill-dialog.tsx').then((m) => ({ default: m.KillDialog })));

/** What a flag does in one environment, and the handles to change it: the switch, the percent, the kill. */
export function StateCell({ flag, row }: { flag: FlagRow['flag']; row: StateRow }) {
  const may = useMay();
  const [turn, setTurn] = useState<Turn | null>(null);
  const [killing, setKilling] = useState(false);
  const { state, rollout } = row;
  const name = flag.name || flag.key;
  const locked = !may('state:write') || flag.archived;
  return (
    <div className={css.cell} data-killed={state.killed !== null}>
      {state.killed === null ? (
        <>
          <Switch
            size="sm"
            checked={state.enabled}
            disabled={locked}
            aria-label={text.flags.toggle(name, state.environment)}
            onChange={() => setTurn(state.enabled ? 'off' : 'on')}
          />
          <Reach flag={flag} row={row} locked={locked} onPercent={() => setTurn('percent')} />
          {rollout && <RolloutMarkLink row={row} />}
          {state.enabled && may('state:kill') && !flag.archived && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              className={css.kill ?? ''}
              title={text.flags.killIn(name, state.environment)}
              aria-label={text.flags.killIn(name, state.environment)}
              onClick={() => setKilling(true)}
            >
              <IconBan size={16} />
            </ActionIcon>
          )}
        </>
      ) : (
        <>
          <IconAlertOctagon size={18} color="var(--bad)" aria-hidden="true" />
          <span className={css.killed}>{text.flags.killed}</span>
          {may('state:kill') && (
            <Button size="compact-xs" variant="default" onClick={() => setKilling(true)}>
              {text.flags.restore.action}
            </Button>
          )}
        </>
      )}
      <Suspense fallback={null}>
        {turn && <TurnDialog flag={flag} row={row} turn={turn} onClose={() => setTurn(null)} />}
        {killing && <KillDialog state={state} name={name} onClose={() => setKilling(false)} />}
      </Suspense>
    </div>
  );
}

function Reach({
  flag,
  row,
  locked,
  onPercent,
}: {
  flag: FlagRow['flag'];
  row: StateRow;
  locked: boolean;
  onPercent: () => void;
}) {
  const { state } = row;
  if (!state.enabled) return <span className={css.off}>{text.flags.off}</span>;
  const percent = reachPercent(state);
  const only = state.rules.length === 1 ? state.rules[0] : undefined;
  const label = percent === null ? text.flags.rules(state.rules.length) : words(percent);
  const note = only ? `${byWords(only.by)}${only.when || (only.segments?.length ?? 0) > 0 ? ' *' : ''}` : '';
  const body = (
    <>
      <span className={css.percent}>{label}</span>
      {percent !== null && (
        <span className={css.bar}>
          <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect width={percent} height="4" />
          </svg>
        </span>
      )}
      {note !== '' && percent !== 100 && <span className={css.note}>{note}</span>}
    </>
  );
  if (only && !locked) {
    return (
      <UnstyledButton
        className={css.reach}
        onClick={onPercent}
        aria-label={text.flags.change(flag.name || flag.key, state.environment, label)}
      >
        {body}
      </UnstyledButton>
    );
  }
  return (
    <Link
      className={css.reach}
      to="/projects/$project/flags/$flag"
      params={{ project: state.project, flag: state.flag }}
      search={{ env: state.environment }}
    >
      {body}
    </Link>
  );
}

function RolloutMarkLink({ row: { state, rollout } }: { row: StateRow }) {
  if (!rollout) return null;
  const label = text.flags.openRollout(words(rollout.percent));
  return (
    <Link
      className={css.rollout}
      data-state={rollout.state}
      to="/projects/$project/environments/$environment/rollouts/$rollout"
      params={{ project: state.project, environment: state.environment, rollout: rollout.id }}
      title={label}
      aria-label={label}
    >
      <IconTrendingUp size={14} />
    </Link>
  );
}
