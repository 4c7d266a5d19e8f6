import { trustsClients } from '../../domain/guard/client-reports.ts';
import type { MinuteRow } from '../../domain/ports.ts';
import type { Plan } from '../../domain/rollout/rollout.ts';
import type { Deps } from '../frame/deps.ts';

interface Span {
  readonly project: string;
  readonly environment: string;
  /** ms */
  readonly from: number;
  readonly to: number;
}

/** The work that a plan's outcomes come from, by minute: that of applications, and of browsers where it trusts them. */
export async function workRows({ store }: Pick<Deps, 'store'>, plan: Plan, span: Span): Promise<MinuteRow[]> {
  const subjects = trustsClients(plan) ? ['app/', 'browser/'] : ['app/'];
  const rows = subjects.map((subjectPrefix) => store.minutes({ ...span, series: 'work', subjectPrefix }));
  return (await Promise.all(rows)).flat();
}
