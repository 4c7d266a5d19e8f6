import type { Rollout } from '../rollout/rollout.ts';
import { lnAboveLimit } from './absolute.ts';
import { barsOf, type Evidence } from './evidence.ts';
import type { QueryGuard } from './guard.ts';
import { logSum } from './logarithms.ts';
import { rateOf } from './sentences.ts';

/** Control's failures refute the limit at 1 in 20: enough to stop a guard that cannot tell this flag from the world. */
const LN_SURE = Math.log(20);

/**
 * Whether what an absolute limit sees is a global incident: users without the new version fail above the limit as well, and the
 * comparison has found nothing against the new one. Without reported outcomes there is no telling: false.
 */
export function isIncident(
  guard: Pick<QueryGuard, 'limit'>,
  rollout: Pick<Rollout, 'plan' | 'stageSince'>,
  evidence: Evidence,
): boolean {
  const { stage, lnM, restarts } = evidence;
  if (stage.since !== rollout.stageSince) return false;
  const { treatment, control } = stage;
  const above = lnAboveLimit({ errors: control.errors, total: control.units }, guard.limit);
  const sure = logSum(above) - Math.log(above.length) >= LN_SURE;
  return sure && rateOf(treatment) > guard.limit && lnM < barsOf(rollout.plan, restarts).pause;
}
