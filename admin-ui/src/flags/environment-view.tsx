import type { Flag } from '@burgee/server/api';
import { Alert, Button, Text, Title } from '@mantine/core';
import { IconAlertOctagon } from '@tabler/icons-react';
import { useState } from 'react';
import type { StateRow } from '../api/resources.ts';
import { useNow } from '../app/now.ts';
import { useMay } from '../app/permissions.ts';
import { text } from '../text/catalogue.ts';
import { ago } from '../text/format.ts';
import { useDraft } from './draft.ts';
import css from './environment-view.module.css';
import { FlagHistory } from './history.tsx';
import { KillDialog } from './kill-dialog.tsx';
import { Prerequisites } from './prerequisites.tsx';
import { RolloutCard } from './rollout-card.tsx';
import { RuleList } from './rule-list.tsx';
import { SaveBar } from './save-bar.tsx';
import { sees } from './sees.ts';

/** One environment of a flag: who sees what, the rules, the rollout, the history. */
export function EnvironmentView({ flag, row }: { flag: Flag; row: StateRow }) {
  const draft = useDraft(row);
  const may = useMay();
  const [killing, setKilling] = useState(false);
  const now = useNow(30_000);
  const { state } = row;
  const { killed } = state;
  const lines = sees({ ...draft.targeting, killed }).lines;
  return (
    <div className={css.columns}>
      <div className={css.main}>
        {killed && (
          <Alert
            variant="default"
            className={css.killed ?? ''}
            icon={<IconAlertOctagon color="var(--bad)" />}
            title={text.flags.killedBy(killed.by, ago(killed.at, now))}
          >
            <Text mb={may('state:kill') ? 'sm' : 0}>{killed.reason}</Text>
            {may('state:kill') && (
              <Button size="xs" variant="default" onClick={() => setKilling(true)}>
                {text.flags.restore.title(state.environment)}
              </Button>
            )}
          </Alert>
        )}
        <section className={`card ${css.part}`}>
          <Title order={2}>{text.flags.page.sees}</Title>
          <dl className={css.sees}>
            {lines.map(({ who, what }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no identity but their place
              <div key={index}>
                <dt>{who}</dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
        <RuleList flag={flag} draft={draft} ramped={row.rollout !== null} locked={!may('state:write') || flag.archived} />
        <Prerequisites flag={flag} draft={draft} locked={!may('state:write') || flag.archived} />
        {draft.dirty && <SaveBar flag={flag} row={row} draft={draft} />}
      </div>
      <aside className={css.side}>
        <RolloutCard flag={flag} row={row} />
        <FlagHistory project={state.project} flag={flag.key} />
      </aside>
      {killing && <KillDialog state={state} name={flag.name || flag.key} onClose={() => setKilling(false)} />}
    </div>
  );
}
