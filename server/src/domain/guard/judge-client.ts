import type { Rollout } from '../rollout/rollout.ts';
import { barsOf, chanceOf, type Evidence } from './evidence.ts';
import type { OutcomeGuard } from './guard.ts';
import { asked, type Opinion, readingOf, type Speaker } from './opinion.ts';
import { compareText, lacksText, presentFigures, tellingFigures } from './sentences.ts';

/**
 * What browsers report, beside the guard that compares outcomes and by its tolerance. Anyone can send it: it pauses at most, it holds
 * nothing and lets nothing pass. null without such a guard, and where nothing came.
 */
export function judgeClient({ plan }: Pick<Rollout, 'plan'>, { client, restarts }: Evidence): Opinion | null {
  const guard = plan.guards.find((one): one is OutcomeGuard => one?.kind === 'outcomes');
  if (guard === undefined || client === null) return null;
  const speaker: Speaker = {
    key: `${guard.key}/client`,
    kind: 'client-outcomes',
    action: guard.action === 'observe' ? 'observe' : 'pause',
  };
  const { errors, difference } = client.heaviest;
  const tells = errors >= plan.minErrors && difference >= plan.minDifference;
  const lnM = tells ? client.lnM : Number.NEGATIVE_INFINITY;
  const said = `browsers report that ${compareText(tellingFigures(client))}`;
  const wanted = asked(speaker, lnM, barsOf(plan, restarts), (bar) => {
    return `${lacksText(said, chanceOf(bar))}; outcomes that anyone can send never revert`;
  });
  return wanted ?? { reading: readingOf(speaker, 'pass', `browsers report that ${compareText(presentFigures(client))}`) };
}
