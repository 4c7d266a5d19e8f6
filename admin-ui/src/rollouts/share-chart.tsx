import { useState } from 'react';
import { text } from '../text/catalogue.ts';
import { clockTime, count, rate } from '../text/format.ts';
import { measured as t } from '../text/measured.ts';
import css from './chart.module.css';
import { LineMark } from './chart.tsx';
import { Plot, type Scales } from './plot.tsx';
import { rateOf, wilson } from './rates.ts';
import { ratedOf, type ShareStage, shareAt, shareAxis } from './shares.ts';

interface Props {
  readonly stages: readonly ShareStage[];
  /** px */
  readonly height: number;
  /** The moment of a revert, ms. */
  readonly reverted: number | null;
}

/** Treatment's share of the people met, stage by stage, against the wanted share. */
export function ShareChart({ stages, height, reverted }: Props) {
  const [chosen, setChosen] = useState<number | null>(null);
  const from = stages[0]?.from ?? 0;
  const until = Math.max(stages.at(-1)?.until ?? 0, reverted ?? 0, from + 1);
  const met = shareAt(stages, chosen ?? until);
  const axis = shareAxis(stages);
  const steps = stages.map((stage) => ({ at: stage.from, percent: stage.percent }));
  return (
    <figure className={css.figure}>
      <div className={css.legend}>
        <span className={css.arm} data-arm="treatment">
          <LineMark />
          {text.rollouts.treatment}
          <strong>{met ? rate(rateOf(ratedOf(met.point))) : '–'}</strong>
          {met && <span className={css.of}>{t.people(count(met.point.treatment), count(met.point.people))}</span>}
        </span>
        <span className={css.arm} data-arm="control">
          <LineMark />
          {t.wanted}
          <strong>{met ? rate(met.stage.wanted) : '–'}</strong>
        </span>
        <span className={css.time}>{clockTime(chosen ?? until)}</span>
      </div>
      <Plot {...{ label: t.sharesChart, height, from, until, axis, steps, reverted, chosen, onChoose: setChosen }}>
        {(scales) =>
          stages.map((stage, index) => (
            <StageLines key={stage.from} stage={stage} end={index === stages.length - 1 ? until : stage.until} {...scales} />
          ))
        }
      </Plot>
      <figcaption className={css.caption}>{t.sharesCaption}</figcaption>
    </figure>
  );
}

function StageLines({ stage: { points, wanted, from }, end, x, y }: Scales & { stage: ShareStage; end: number }) {
  const rated = points.map((point) => ({ ...ratedOf(point), at: point.at }));
  const high = rated.map((point) => `${x(point.at)},${y(wilson(point).high)}`);
  const low = rated.map((point) => `${x(point.at)},${y(wilson(point).low)}`).reverse();
  return (
    <>
      <g data-arm="control">
        <line className={css.line} x1={x(from)} x2={x(end)} y1={y(wanted)} y2={y(wanted)} />
      </g>
      <g data-arm="treatment">
        <polygon className={css.band} points={[...high, ...low].join(' ')} />
        <polyline className={css.line} points={rated.map((point) => `${x(point.at)},${y(rateOf(point))}`).join(' ')} />
        {rated.map((point) => (
          <circle key={point.at} className={css.dot} cx={x(point.at)} cy={y(rateOf(point))} r="2.5" />
        ))}
      </g>
    </>
  );
}
