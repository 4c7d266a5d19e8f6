import { Link } from '@tanstack/react-router';
import type { FlagRow } from '../api/resources.ts';
import { text } from '../text/catalogue.ts';
import { leading } from '../text/format.ts';
import css from './environment-cards.module.css';
import { sees } from './sees.ts';
import { StateCell } from './state-cell.tsx';

/** From so many on the cards are small and leave the words to the chosen one below. */
const MANY = 6;

/** State and percent of a flag in each environment, side by side; one of them is looked at below. */
export function EnvironmentCards({ row, chosen }: { row: FlagRow; chosen: string }) {
  const { flag } = row;
  return (
    <nav className={css.cards} data-many={row.states.length > MANY} aria-label={text.flags.page.environments}>
      {row.states.map((state) => (
        <section key={state.state.environment} className={`card ${css.card}`} data-chosen={state.state.environment === chosen}>
          <Link
            className={css.name}
            to="/projects/$project/flags/$flag"
            params={{ project: flag.project, flag: flag.key }}
            search={{ env: state.state.environment }}
            replace
            aria-current={state.state.environment === chosen ? 'true' : undefined}
          >
            {state.state.environment}
          </Link>
          <StateCell flag={flag} row={state} />
          <p className={css.sees}>{leading(sees(state.state).sentence)}</p>
        </section>
      ))}
    </nav>
  );
}
