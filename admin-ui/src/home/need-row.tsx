import {
  IconAlertOctagon,
  IconArrowBackUp,
  IconHourglass,
  IconPlayerPause,
  IconPlugX,
  IconTrash,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ago, exactTime, unbroken } from '../text/format.ts';
import { home as t } from '../text/home.ts';
import type { Need } from './needs.ts';
import css from './page.module.css';

/** Named, so that a long list does not push everything else off the page. */
const MOST_NAMED = 6;

/** One thing that waits for a person: what, why, and the way there. */
export function NeedRow({ need, project, now }: { need: Need; project: string; now: number }) {
  switch (need.kind) {
    case 'waiting':
    case 'reverted':
      return <RolloutRow {...need} now={now} />;
    case 'killed': {
      const { flag, state } = need;
      const killed = state.killed;
      return (
        <Line icon={IconAlertOctagon} tone="bad" at={killed?.at} now={now}>
          <Link
            className={css.what}
            to="/projects/$project/flags/$flag"
            params={{ project, flag: flag.key }}
            search={{ env: state.environment }}
          >
            {flag.name || flag.key}
          </Link>{' '}
          <strong>{t.killed}</strong> {t.in(state.environment)}
          {killed && <span className={css.why}>{`${killed.by}: “${killed.reason}”`}</span>}
        </Line>
      );
    }
    case 'stale':
      return (
        <Line icon={IconTrash} tone="warn">
          <strong>{t.stale(need.flags.length)}</strong>
          <span className={css.why}>{t.staleText}</span>
          <Names project={project} keys={need.flags.map(({ flag }) => flag.key)} />
        </Line>
      );
    case 'discovered':
      return (
        <Line icon={IconPlugX} tone="warn">
          <Link className={css.what} to={`/projects/${encodeURIComponent(project)}/discovered` as string}>
            {t.discovered(need.flags.length)}
          </Link>
          <span className={css.why}>{t.discoveredText}</span>
        </Line>
      );
  }
}

function RolloutRow({ kind, rollout, now }: Extract<Need, { rollout: unknown }> & { now: number }) {
  const { project, environment, id, flag, release, state, endedAt } = rollout;
  const [icon, tone] =
    kind === 'reverted'
      ? ([IconArrowBackUp, 'bad'] as const)
      : state === 'paused'
        ? ([IconPlayerPause, 'warn'] as const)
        : ([IconHourglass, 'idle'] as const);
  return (
    <Line icon={icon} tone={tone} at={kind === 'reverted' ? endedAt : undefined} now={now}>
      <Link
        className={css.what}
        to="/projects/$project/environments/$environment/rollouts/$rollout"
        params={{ project, environment, rollout: id }}
      >
        {flag} {release}
      </Link>{' '}
      <strong>{kind === 'reverted' ? t.reverted : t.waits[state === 'paused' ? 'paused' : 'holding']}</strong> {t.in(environment)}
      <span className={css.why}>{unbroken(rollout.sentence)}</span>
    </Line>
  );
}

function Names({ project, keys }: { project: string; keys: readonly string[] }) {
  return (
    <span className={css.names}>
      {keys.slice(0, MOST_NAMED).map((flag) => (
        <Link key={flag} className="key" to="/projects/$project/flags/$flag" params={{ project, flag }}>
          {flag}
        </Link>
      ))}
      {keys.length > MOST_NAMED && <span className="muted">+ {keys.length - MOST_NAMED}</span>}
    </span>
  );
}

interface LineProps {
  readonly icon: TablerIcon;
  readonly tone: 'bad' | 'warn' | 'idle';
  readonly at?: number | null | undefined;
  readonly now?: number;
  readonly children: ReactNode;
}

function Line({ icon: Icon, tone, at, now, children }: LineProps) {
  return (
    <li className={css.need} data-tone={tone}>
      <span className={css.mark}>
        <Icon size={17} aria-hidden="true" />
      </span>
      <div className={css.said}>{children}</div>
      {at != null && now !== undefined && (
        <time className={css.when} title={exactTime(at)}>
          {ago(at, now)}
        </time>
      )}
    </li>
  );
}
