import type { Stage } from '@burgee/server/api';
import { duration, percent } from '../text/format.ts';
import { rollouts } from '../text/rollouts.ts';
import css from './plans.module.css';

/** A plan's stages side by side: share, and what each waits for. */
export function StageStrip({ stages }: { stages: readonly Stage[] }) {
  return (
    <ol className={css.strip}>
      {stages.map(({ percent: share, advance, bakeMs }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: stages have no identity but their place
        <li key={index}>
          <strong>{percent(share)}</strong>
          <span>{duration(bakeMs)}</span>
          <span>{rollouts.advanceBy[advance]}</span>
        </li>
      ))}
    </ol>
  );
}
