import type { RolloutView } from '@burgee/server/api';
import { text } from '../text/catalogue.ts';
import { duration, percent } from '../text/format.ts';
import css from './stage-bar.module.css';

const t = text.rollouts;

interface Step {
  readonly percent: number;
  readonly note: string;
  readonly where: 'done' | 'now' | 'ahead';
}

/** The plan's stages and the last step to 100 %, and which is the current one. */
export function stepsOf({ plan, stage, state }: Pick<RolloutView, 'plan' | 'stage' | 'state'>): Step[] {
  const steps = plan.stages.map((s) => ({ percent: s.percent, note: `${t.advanceBy[s.advance]}, ${duration(s.bakeMs)}` }));
  if (plan.stages.at(-1)?.percent !== 100) steps.push({ percent: 100, note: '' });
  const current = state === 'completed' ? steps.length : stage;
  return steps.map((step, index) => ({ ...step, where: index < current ? 'done' : index === current ? 'now' : 'ahead' }));
}

/** How far a rollout has come, as a chain of stages. */
export function StageBar({ rollout, small = false }: { rollout: RolloutView; small?: boolean }) {
  return (
    <ol className={css.bar} data-small={small} data-state={rollout.state} aria-label={t.stages}>
      {stepsOf(rollout).map((step) => (
        <li key={step.percent} data-where={step.where} aria-current={step.where === 'now' ? 'step' : undefined}>
          <span className={css.fill} aria-hidden="true" />
          <span className={css.percent}>{percent(step.percent)}</span>
          {!small && <span className={css.note}>{step.note}</span>}
        </li>
      ))}
    </ol>
  );
}
