import { Alert, Button, Text, Title } from '@mantine/core';
import { IconAlertOctagon } from '@tabler/icons-react';
import { useState } from 'react';
import type { FlagRow, StateRow } from '../api/resources.ts';
import { useNow } from '../app/now.ts';
import { useMay } from '../app/permissions.ts';
import { text } from '../text/catalogue.ts';
import { ago } from '../text/format.ts';
import { About } from './about.tsx';
import { useDraft } from './draft.ts';
import css from './environment-view.module.css';
import { KillDialog } from './kill-dialog.tsx';
import { Prerequisites } from './prerequisites.tsx';
import { RolloutCard } from './rollout-card.tsx';
import { RuleList } from './rule-list.tsx';
import { SaveBar } from './save-bar.tsx';
import { ScheduleCard } from './schedule/card.tsx';
import { sees } from './sees.ts';
import { Snippets } from './snippets.tsx';
import { UsagePanel } from './usage/panel.tsx';
import { Warnings } from './warnings.tsx';

/** One environment of a flag: who sees what, the rules, what is asked for, the rollout. */
export function EnvironmentView({ flagRow, row }: { flagRow: FlagRow; row: StateRow }) {
  const { flag } = flagRow;
  const draft = useDraft(row);
  const may = useMay();
  const [killing, setKilling] = useState(false);
  const now = useNow(30_000);
  const { state } = row;
  const { killed } = state;
  const locked = !may('state:write') || flag.archived;
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
        <Warnings flag={flag} row={row} />
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
        <RuleList flag={flag} environment={state.environment} draft={draft} ramped={row.rollout !== null} locked={locked} />
        <Prerequisites flag={flag} environment={state.environment} draft={draft} locked={locked} />
        <UsagePanel flag={flag} row={row} />
        <Snippets flag={flag} row={row} />
        {draft.dirty && <SaveBar flag={flag} row={row} draft={draft} />}
      </div>
      <aside className={css.side}>
        <RolloutCard flag={flag} row={row} />
        <ScheduleCard flag={flag} row={row} />
        <About row={flagRow} />
      </aside>
      {killing && <KillDialog state={state} name={flag.name || flag.key} onClose={() => setKilling(false)} />}
    </div>
  );
}
