import type { FlagKind } from '@burgee/server/api';
import { text } from '../text/catalogue.ts';
import css from './kind-chip.module.css';

/** Why a flag exists, small. */
export function KindChip({ kind }: { kind: FlagKind }) {
  return (
    <span className={css.chip} data-kind={kind}>
      {text.flags.kinds[kind]}
    </span>
  );
}
