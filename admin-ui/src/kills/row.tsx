import { Button } from '@mantine/core';
import { IconAlertOctagon, IconArrowBackUp, IconBan } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { targetingOf } from '../api/changes.ts';
import { useNow } from '../app/now.ts';
import { useMay } from '../app/permissions.ts';
import { reachWords } from '../flags/words.ts';
import { ago, exactTime } from '../text/format.ts';
import { kills as t } from '../text/kills.ts';
import css from './page.module.css';
import { nameOf, type Place } from './switches.ts';

const KillDialog = lazy(() => import('../flags/kill-dialog.tsx').then((m) => ({ default: m.KillDialog })));

/** A flag in one environment: what it serves now, and the one handle that matters. */
export function KillRow({ flag, row: { state, rollout } }: Place) {
  const may = useMay();
  const [asking, setAsking] = useState(false);
  const { killed, environment, project } = state;
  const name = nameOf(flag);
  return (
    <li className={css.row} data-killed={killed !== null}>
      <div className={css.what}>
        <Link
          className={css.name}
          to="/projects/$project/flags/$flag"
          params={{ project, flag: flag.key }}
          search={{ env: environment }}
        >
          {name}
        </Link>
        {killed ? (
          <Killed {...killed} />
        ) : (
          <span className="muted">
            {state.enabled ? t.on(reachWords(targetingOf(state))) : t.off}
            {rollout && ` · ${t.rollout}`}
          </span>
        )}
      </div>
      {may('state:kill') && (killed || state.enabled) && (
        <Button
          size="md"
          className={css.act ?? ''}
          variant={killed ? 'default' : 'outline'}
          color={killed ? 'tide' : 'red'}
          leftSection={killed ? <IconArrowBackUp size={18} /> : <IconBan size={18} />}
          aria-label={(killed ? t.restoreLabel : t.killLabel)(name, environment)}
          onClick={() => setAsking(true)}
        >
          {killed ? t.restore : t.kill}
        </Button>
      )}
      <Suspense fallback={null}>{asking && <KillDialog state={state} name={name} onClose={() => setAsking(false)} />}</Suspense>
    </li>
  );
}

function Killed({ by, at, reason }: NonNullable<Place['row']['state']['killed']>) {
  const now = useNow(30_000);
  return (
    <span className={css.killed}>
      <IconAlertOctagon size={16} aria-hidden="true" />
      <span>
        <strong>{t.killed}</strong> <time title={exactTime(at)}>{t.by(by, ago(at, now))}</time> {t.why(reason)}
      </span>
    </span>
  );
}
