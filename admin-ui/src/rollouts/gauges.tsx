import type { RolloutView } from '@burgee/server/api';
import { Title } from '@mantine/core';
import { text } from '../text/catalogue.ts';
import { count, number, odds } from '../text/format.ts';
import css from './gauges.module.css';

const t = text.rollouts;

/** How much is known: evidence of harm towards a revert, evidence of safety towards the next stage. Both are logarithmic odds. */
export function Gauges({ rollout }: { rollout: RolloutView }) {
  const { plan, gauges } = rollout;
  const { revert, advance } = gauges;
  // bar = ln(m/α); the pause bar is ln(m/α_pause) of the same m guarded metrics.
  const pauseLn = revert.bar + Math.log(plan.revertAlpha) - Math.log(plan.pauseAlpha);
  return (
    <section className={`card ${css.card}`}>
      <Title order={2}>{t.evidence}</Title>
      <Gauge
        kind="revert"
        title={t.revertGauge.title}
        share={revert.share}
        now={t.revertGauge.now(odds(revert.lnM), odds(revert.bar))}
        help={t.revertGauge.help(count(1 / plan.revertAlpha))}
        mark={
          pauseLn > 0 && pauseLn < revert.bar ? { share: pauseLn / revert.bar, label: t.revertGauge.pause(odds(pauseLn)) } : null
        }
      />
      {rollout.endedAt === null && !advance && <p className={css.none}>{t.advanceGauge.none}</p>}
      {advance && (
        <Gauge
          kind="advance"
          title={t.advanceGauge.title}
          share={advance.share}
          now={t.advanceGauge.now(odds(advance.lnS), odds(advance.bar))}
          help={t.advanceGauge.help(number(plan.rhoBad))}
          mark={null}
        />
      )}
    </section>
  );
}

interface GaugeProps {
  readonly kind: 'revert' | 'advance';
  readonly title: string;
  readonly share: number;
  readonly now: string;
  readonly help: string;
  readonly mark: { readonly share: number; readonly label: string } | null;
}

function Gauge({ kind, title, share, now, help, mark }: GaugeProps) {
  return (
    <div className={css.gauge} data-kind={kind} data-full={share >= 1}>
      <div className={css.line}>
        <span>{title}</span>
        <strong>{now}</strong>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a <meter> cannot hold the mark of the pause bar */}
      <div
        className={css.track}
        role="meter"
        aria-label={title}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={now}
      >
        <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect className={css.fill} width={share * 100} height="10" />
          {mark && <rect className={css.mark} x={mark.share * 100 - 0.3} width="0.6" height="10" />}
        </svg>
      </div>
      <p className={css.help}>
        {help}
        {mark && ` ${mark.label[0]?.toUpperCase()}${mark.label.slice(1)}.`}
      </p>
    </div>
  );
}
