import type { RolloutView } from '@burgee/server/api';
import type { ReactNode } from 'react';
import type { EvidenceRow } from '../api/resources.ts';
import css from './measured.module.css';

/** What each of the views is given. */
export interface ViewProps {
  readonly rollout: RolloutView;
  readonly rows: readonly EvidenceRow[];
  readonly table: boolean;
}

export const revertedAt = ({ state, endedAt }: RolloutView): number | null => (state === 'reverted' ? endedAt : null);

/** Why there is nothing to see yet. */
export function Nothing({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={css.nothing}>
      <strong>{title}</strong>
      <p>{children}</p>
    </div>
  );
}
