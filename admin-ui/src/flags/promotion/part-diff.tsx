import type { Flag, PromotionPart } from '@burgee/server/api';
import { targetingOf } from '../../api/changes.ts';
import { page } from '../../text/flag-page.ts';
import { difference } from '../difference.ts';
import { sees } from '../sees.ts';
import css from './dialog.module.css';

const t = page.promotion;

/** What one flag serves in the target now and afterwards, and the changes one by one. */
export function PartDiff({ part, flag }: { part: PromotionPart; flag?: Flag }) {
  const lines = difference(targetingOf(part.before), targetingOf(part.after));
  if (lines.length === 0 && !flag) return null;
  const segments = [...new Set(part.after.rules.flatMap((rule) => (rule.segments ?? []).map(({ segment }) => segment)))];
  return (
    <>
      {flag && (
        <div className={css.sides}>
          <Side title={t.now} state={part.before} />
          <Side title={t.afterwards} state={part.after} />
        </div>
      )}
      {lines.length > 0 && (
        <ul className={css.lines}>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {segments.length > 0 && <p className={css.hint}>{t.segments(segments.join(', '))}</p>}
      {part.before.killed !== null && <p className={css.hint}>{t.staysKilled}</p>}
    </>
  );
}

function Side({ title, state }: { title: string; state: PromotionPart['before'] }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ol>
        {sees(state).lines.map(({ who, what }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no identity but their place
          <li key={index}>
            {who} <span aria-hidden="true">→</span> <b>{what}</b>
          </li>
        ))}
      </ol>
    </section>
  );
}
