import type { UnfoldedReport } from '../ports.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { ClientEvidence, Evidence } from './evidence.ts';
import { gather } from './fold.ts';
import { OpenExposures } from './open-exposures.ts';
import { NOTHING_SPENT } from './start-weights.ts';
import { beginAnew, enterTick, foldGroups, type Strand, type StrandRow, strandEvidence } from './strand.ts';
import { relieve, thinned } from './thinning.ts';

/** Folds what came with client keys into their strand. Browsers open nothing: units that closed are all there is. */
export function foldClient(
  strand: Strand,
  rollout: Rollout,
  { client: before, restarts, instances }: Pick<Evidence, 'client' | 'restarts' | 'instances'>,
  reports: readonly UnfoldedReport[],
  { at, mostBytes }: { readonly at: number; readonly mostBytes: number },
): { readonly rows: readonly StrandRow[]; readonly evidence: ClientEvidence | null } {
  const { plan } = rollout;
  if (strand.restarts !== restarts) beginAnew(strand, restarts);
  if (reports.length === 0) return { rows: [], evidence: before };
  const { groups } = gather(reports, new OpenExposures(), { at, plan, instances, expire: false });
  if (groups.length === 0) return { rows: [], evidence: before };
  const { anew } = enterTick(strand, plan, rollout.stageSince, restarts);
  relieve(strand, mostBytes);
  const { rows, spending } = foldGroups(strand, rollout, thinned(groups, strand.sample, plan.controlSample), {
    at,
    spending: anew || before === null ? NOTHING_SPENT : before.spending,
  });
  return { rows, evidence: { ...strandEvidence(strand, rollout), at, spending } };
}
