import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, type TablerIcon } from '@tabler/icons-react';
import { useMemo } from 'react';
import { text } from '../text/catalogue.ts';
import { odds } from '../text/format.ts';
import { measured as t } from '../text/measured.ts';
import css from './measured.module.css';
import { ShareTable } from './rate-table.tsx';
import { ShareChart } from './share-chart.tsx';
import { sharesOf, splitState } from './shares.ts';
import { Nothing, revertedAt, type ViewProps } from './view.tsx';

const ICONS: Readonly<Record<ReturnType<typeof splitState>, TablerIcon>> = {
  none: IconCircleDashed,
  agrees: IconCircleCheck,
  differs: IconAlertTriangle,
};

/** Whether people meet the change as often as the stage wants, and what the check of it says. */
export function Exposures({ rollout, rows, table }: ViewProps) {
  const { sampleRatio } = rollout;
  const stages = useMemo(() => sharesOf(rows), [rows]);
  if (stages.length === 0) return <Nothing title={text.rollouts.noEvidence}>{text.rollouts.noEvidenceText}</Nothing>;
  const state = splitState(sampleRatio);
  const Icon = ICONS[state];
  return (
    <>
      <p className={css.split} data-state={state}>
        <Icon size={17} aria-hidden="true" />
        <span>
          {t.split[state]}
          {sampleRatio && <span className="muted"> {t.split.odds(odds(sampleRatio.lnE), odds(sampleRatio.bar))}</span>}
        </span>
      </p>
      {table ? <ShareTable stages={stages} /> : <ShareChart stages={stages} height={260} reverted={revertedAt(rollout)} />}
    </>
  );
}
