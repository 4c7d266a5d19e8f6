import type { UnfoldedReport } from '../ports.ts';
import type { Plan } from '../rollout/rollout.ts';

/** A tick's reports by what they may do. */
export interface Senders {
  /** Evidence: of server keys, and of client keys where the plan trusts them. */
  readonly evidence: readonly UnfoldedReport[];
  /** Of client keys, which anyone can send: these can pause. */
  readonly client: readonly UnfoldedReport[];
}

// anyone can send as many as they like: a tick must not cost more, and honest ones are far below
const MOST_STRATA = 32;
const MOST_UNITS = 100_000;

/** Whether what comes with a client key is believed as if an application had sent it. */
export function trustsClients({ trustClientOutcomes }: Pick<Plan, 'trustClientOutcomes'>): boolean {
  return trustClientOutcomes === true;
}

/** Sorts a tick's reports; what is not a report is nothing. */
export function senders(reports: readonly UnfoldedReport[], plan: Plan): Senders {
  const sound = reports.filter(isReport);
  const client = bounded(sound.filter((report) => report.client));
  const own = sound.filter((report) => !report.client);
  return trustsClients(plan) ? { evidence: [...own, ...client], client: [] } : { evidence: own, client };
}

/** Of the fullest strata, and of those as many units as a tick takes, in the order in which they came; the rest is dropped. */
function bounded(reports: readonly UnfoldedReport[]): UnfoldedReport[] {
  const sizes = new Map<string, number>();
  for (const { report } of reports) sizes.set(stratumOf(report), (sizes.get(stratumOf(report)) ?? 0) + 1);
  const fullest = [...sizes].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, MOST_STRATA);
  const kept = new Set(fullest.map(([stratum]) => stratum));
  let units = 0;
  return reports.filter(({ report, part }) => {
    if (!kept.has(stratumOf(report))) return false;
    units += part.arms.reduce((sum, arm) => sum + unitsIn(arm?.closed) + unitsIn(arm?.failed), 0);
    return units <= MOST_UNITS;
  });
}

export function stratumOf({ app, platform }: UnfoldedReport['report']): string {
  return `${app}/${platform}`;
}

/** 8 bytes each, in base64. */
function unitsIn(hashes: unknown): number {
  return typeof hashes === 'string' ? Math.floor((hashes.length * 3) / 32) : 0;
}

function isReport(stored: UnfoldedReport): boolean {
  const { client, report, part } = (stored ?? {}) as Partial<UnfoldedReport>;
  const isSent = typeof report?.instance === 'string' && Number.isFinite(report.sequence);
  return typeof client === 'boolean' && isSent && Array.isArray(part?.arms);
}
