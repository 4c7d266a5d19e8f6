import { useQuery } from '@tanstack/react-query';
import type { Targeting } from '../api/changes.ts';
import * as queries from '../api/queries.ts';
import { page } from '../text/flag-page.ts';
import { count } from '../text/format.ts';
import { askedInDay, movesOf, moveWords, unitsOf } from './movers.ts';
import css from './movers-list.module.css';

const t = page.movers;

interface Props {
  readonly at: { readonly project: string; readonly environment: string; readonly flag: string };
  readonly before: Targeting;
  readonly after: Targeting;
}

/** Whom the change would move, before it is made. What is not known says so. */
export function Movers({ at, before, after }: Props) {
  const { data, isPending } = useQuery(queries.usage(at.project, at.environment, at.flag));
  if (isPending) return <p className={css.movers}>{t.loading}</p>;
  if (!data) return <p className={css.movers}>{t.unavailable}</p>;
  const moves = movesOf(before, after, unitsOf(data));
  const asked = askedInDay(data);
  return (
    <section className={css.movers} aria-label={t.title}>
      <strong>{t.title}</strong>
      <ul>
        {moves.map((move) => (
          <li key={`${move.rule} ${move.into}`}>{moveWords(move)}</li>
        ))}
        {moves.length === 0 && <li>{before.enabled || after.enabled ? t.nobody : t.nobodyOff}</li>}
        <li className={css.asked}>{asked === 0 ? t.neverAsked : t.asked(count(asked))}</li>
      </ul>
    </section>
  );
}
