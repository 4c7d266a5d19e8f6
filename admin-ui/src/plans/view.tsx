import { Part } from '../app/screen.tsx';
import { duration, number, percent } from '../text/format.ts';
import { plans as t } from '../text/plans.ts';
import { leastMs, type PlanDraft } from './draft.ts';
import css from './plans.module.css';
import { StageStrip } from './stage-strip.tsx';
import { freezeWords, guardWords } from './words.ts';

/** A plan to read. */
export function PlanView({ plan, note }: { plan: PlanDraft; note: string }) {
  return (
    <>
      <p className={css.note}>{note}</p>
      <Part title={t.stages} lead={`${t.least(duration(leastMs(plan.stages)))}, ${t.everyone}`}>
        <div className={css.body}>
          <StageStrip stages={plan.stages} />
        </div>
      </Part>
      <Part title={t.guards} lead={plan.guards.length === 0 ? t.noGuards : t.guardsLead}>
        <ul className={css.lines}>
          {plan.guards.map((guard) => (
            <li key={guard.key}>
              <span className="key">{guard.key}</span> {guardWords(guard)}
            </li>
          ))}
        </ul>
      </Part>
      <Part title={t.end}>
        <ul className={css.lines}>
          <li>
            {t.revertTo} {t.revertsTo[plan.revertTo]}
          </li>
          {plan.holdback !== null && <li>{t.holdbackWords(percent(plan.holdback))}</li>}
        </ul>
      </Part>
      {plan.freeze.length > 0 && (
        <Part title={t.freeze} lead={t.freezeLead}>
          <ul className={css.lines}>
            {plan.freeze.map((window) => (
              <li key={freezeWords(window)}>{freezeWords(window)}</li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={t.tuning}>
        <dl className={css.tunings}>
          {(Object.entries(t.tunings) as [keyof typeof t.tunings, string][]).map(([field, words]) => (
            <div key={field}>
              <dt>{words}</dt>
              <dd>{number(plan[field])}</dd>
            </div>
          ))}
          <div>
            <dt>{t.flush}</dt>
            <dd>{duration(plan.flushMs)}</dd>
          </div>
          <div>
            <dt>{t.open}</dt>
            <dd>{duration(plan.openMs)}</dd>
          </div>
        </dl>
      </Part>
    </>
  );
}
