import { text } from '../text/catalogue.ts';
import type { LifeCycle } from './lifecycle.ts';
import css from './lifecycle-chip.module.css';

/** Where a flag stands in its life, in one word and one shape. */
export function LifeCycleChip({ life }: { life: LifeCycle }) {
  return (
    <span className={css.chip} data-life={life} title={text.flags.lifeMeans[life]}>
      {text.flags.life[life]}
    </span>
  );
}
