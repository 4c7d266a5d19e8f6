import type { RolloutView } from '@burgee/server/api';
import { Title } from '@mantine/core';
import { text } from '../text/catalogue.ts';
import { clockTime, exactTime, unbroken } from '../text/format.ts';
import css from './timeline.module.css';

/** Everything that happened to a rollout, newest first. */
export function Timeline({ timeline }: Pick<RolloutView, 'timeline'>) {
  const entries = timeline.map((entry, seq) => ({ ...entry, seq })).reverse();
  return (
    <section className={`card ${css.card}`}>
      <Title order={2}>{text.rollouts.timeline}</Title>
      <ol className={css.list}>
        {entries.map(({ seq, at, event, text: said, actor }) => (
          <li key={seq} data-event={event}>
            <time title={exactTime(at)}>{clockTime(at)}</time>
            <span className={css.said}>{unbroken(said)}</span>
            <span className={css.actor}>{actor}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
