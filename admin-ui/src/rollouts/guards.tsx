import type { RolloutView, Verdict } from '@burgee/server/api';
import { Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleOff,
  IconPlugConnectedX,
  type TablerIcon,
} from '@tabler/icons-react';
import { text } from '../text/catalogue.ts';
import { unbroken } from '../text/format.ts';
import css from './guards.module.css';

const t = text.rollouts;
const ICONS: Readonly<Record<Verdict, TablerIcon>> = {
  pass: IconCircleCheck,
  fail: IconAlertTriangle,
  inconclusive: IconCircleDashed,
  'no-data': IconCircleOff,
  unavailable: IconPlugConnectedX,
};

/** What each guard says and what it may do. */
export function Guards({ guards }: Pick<RolloutView, 'guards'>) {
  if (guards.length === 0) return null;
  return (
    <section className={`card ${css.card}`}>
      <Title order={2}>{t.guards}</Title>
      <ul className={css.list}>
        {guards.map((guard) => {
          const Icon = ICONS[guard.verdict];
          return (
            <li key={guard.key} data-verdict={guard.verdict}>
              <Icon size={17} aria-hidden="true" />
              <div>
                <strong>{guard.key}</strong> <span>{t.verdicts[guard.verdict]}</span>
                <span className={css.action}> · {t.guardActions[guard.action]}</span>
                <p>{unbroken(guard.text)}</p>
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
