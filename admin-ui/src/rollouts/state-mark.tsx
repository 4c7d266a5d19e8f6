import type { RolloutState } from '@burgee/server/api';
import {
  IconArrowBackUp,
  IconCheck,
  IconHourglass,
  IconLoader,
  IconPlayerPause,
  IconTrendingUp,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react';
import { text } from '../text/catalogue.ts';
import css from './state-mark.module.css';

const ICONS: Readonly<Record<RolloutState, TablerIcon>> = {
  pending: IconLoader,
  running: IconTrendingUp,
  holding: IconHourglass,
  paused: IconPlayerPause,
  completed: IconCheck,
  reverted: IconArrowBackUp,
  aborted: IconX,
};

/** A rollout's state by shape, word and colour. */
export function StateMark({ state }: { state: RolloutState }) {
  const Icon = ICONS[state];
  return (
    <span className={css.mark} data-state={state}>
      <Icon size={14} stroke={2.2} aria-hidden="true" />
      {text.rollouts.states[state]}
    </span>
  );
}
