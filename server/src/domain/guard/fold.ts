import { type ArmReport, decodeHashes, sampled, type UnitHash } from '@burgee/engine';
import type { UnfoldedReport } from '../ports.ts';
import type { Plan } from '../rollout/rollout.ts';
import { stratumOf } from './client-reports.ts';
import type { Evidence } from './evidence.ts';
import { cutoffsOf, type SlowUnits } from './latency-memory.ts';
import type { OpenExposures } from './open-exposures.ts';

/** A tick's reports, sorted into groups, and what they say beside units. */
export interface Gathered {
  readonly groups: readonly SlowUnits[];
  readonly instances: Evidence['instances'];
  readonly unattributed: number;
}

// an overdue exposure's own report may still be on its way: two flushes and the tick
const GRACE_FLUSHES = 2;
const GRACE_MS = 2_000;
const FORGET_INSTANCE_MS = 3_600_000;

/**
 * Sorts reports into groups by (percent seen, stratum), ordered, and moves open exposures along: closed ones leave, new ones
 * enter, overdue ones fail. `expire` false leaves them, where more reports are known to wait.
 */
export function gather(
  reports: readonly UnfoldedReport[],
  open: OpenExposures,
  now: { readonly at: number; readonly plan: Plan; readonly instances: Evidence['instances']; readonly expire: boolean },
): Gathered {
  const groups = new Map<string, SlowUnits>();
  const cutoffs = cutoffsOf(now.plan);
  const instances = new Map(Object.entries(now.instances));
  let unattributed = 0;
  for (const { report, part, receivedAt, client } of inOrder(reports)) {
    const stratum = stratumOf(report);
    const newest = instances.get(report.instance)?.sequence ?? 0;
    unattributed += Number.isFinite(part.unattributed) ? part.unattributed : 0;
    for (const { arm, percent, opened, closed, failed, slow } of part.arms.filter(isArm)) {
      const group = groupOf(groups, cutoffs, percent, stratum);
      const [all, bad] = [readUnits(closed), readUnits(failed)];
      (arm === 'treatment' ? group.closed1 : group.closed0).push(...all);
      (arm === 'treatment' ? group.failed1 : group.failed0).push(...bad);
      // a failure may be sent before the list that its unit closes in: a sampled one counts all the same
      if (arm === 'control') group.closed0.push(...bad.filter((unit) => sampled(unit, now.plan.controlSample)));
      const slower = arm === 'treatment' ? group.slow1 : group.slow0;
      for (const [i, units] of slower.entries()) units.push(...readUnits(slow[i]));
      for (const unit of [...all, ...bad]) open.close(unit, arm);
      // a late report's exposures may have closed in one that was folded before it; those of browsers are never open
      if (client || report.sequence < newest) continue;
      for (const unit of readUnits(opened)) open.add(unit, { arm, percent, stratum, since: receivedAt });
    }
    if (!client) instances.set(report.instance, { sequence: Math.max(newest, report.sequence), at: now.at });
  }
  if (now.expire) failOverdue(groups, open, now.at, now.plan);
  const kept = [...instances].filter(([, seen]) => now.at - seen.at < FORGET_INSTANCE_MS);
  return {
    groups: [...groups.values()].filter(isSomething).sort((a, b) => a.percent - b.percent || order(a.stratum, b.stratum)),
    instances: Object.fromEntries(kept),
    unattributed,
  };
}

function failOverdue(groups: Map<string, SlowUnits>, open: OpenExposures, at: number, plan: Plan): void {
  const cutoffs = cutoffsOf(plan);
  const grace = GRACE_FLUSHES * plan.flushMs + GRACE_MS;
  for (const { unit, arm, percent, stratum } of open.takeOverdue(at - plan.openMs - grace)) {
    const group = groupOf(groups, cutoffs, percent, stratum);
    if (arm === 'treatment') group.closed1.push(unit);
    else if (sampled(unit, plan.controlSample)) group.closed0.push(unit);
    (arm === 'treatment' ? group.failed1 : group.failed0).push(unit);
    // overdue is slower than every cut-off that is shorter; of control only the sampled are open
    const slower = arm === 'treatment' ? group.slow1 : group.slow0;
    for (const [i, units] of slower.entries()) if ((cutoffs[i] ?? plan.openMs) < plan.openMs) units.push(unit);
  }
}

function groupOf(groups: Map<string, SlowUnits>, cutoffs: readonly number[], percent: number, stratum: string): SlowUnits {
  const key = `${percent} ${stratum}`;
  const known = groups.get(key);
  if (known) return known;
  const lists = () => cutoffs.map((): UnitHash[] => []);
  const units = { closed1: [], closed0: [], failed1: [], failed0: [], slow1: lists(), slow0: lists() };
  const group = { percent, stratum, ...units };
  groups.set(key, group);
  return group;
}

function isSomething({ closed1, closed0, failed1, failed0, slow1, slow0 }: SlowUnits): boolean {
  return [closed1, closed0, failed1, failed0, ...slow1, ...slow0].some((units) => units.length > 0);
}

function inOrder(reports: readonly UnfoldedReport[]): UnfoldedReport[] {
  return [...reports].sort((a, b) => order(a.report.instance, b.report.instance) || a.report.sequence - b.report.sequence);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isArm(arm: ArmReport): boolean {
  if (typeof arm !== 'object' || arm === null || !Array.isArray(arm.slow)) return false;
  return (arm.arm === 'treatment' || arm.arm === 'control') && arm.percent >= 0 && arm.percent <= 100;
}

/** One malformed list must not stop a guard: it is read as empty. */
function readUnits(text: string | undefined): UnitHash[] {
  if (typeof text !== 'string' || text === '') return [];
  try {
    return decodeHashes(text);
  } catch {
    return [];
  }
}
