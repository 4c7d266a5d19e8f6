import type { Freeze, Guard, Stage } from '@burgee/server/api';
import { duration, number, percent, rate } from '../text/format.ts';
import { frame } from '../text/frame.ts';
import { plans as t } from '../text/plans.ts';
import { rollouts } from '../text/rollouts.ts';
import { comparesArms, type PlanDraft } from './draft.ts';

const w = t.guardWords;

function watchedWords(guard: Guard): string {
  switch (guard.kind) {
    case 'outcomes':
      return guard.tolerated === 1 ? w.outcomesSame : w.outcomes(number(guard.tolerated));
    case 'latency': {
      const { cutoffsMs } = guard;
      return w.latency(
        number(guard.tolerated),
        cutoffsMs === 'auto' ? w.auto : cutoffsMs.map((ms) => `${number(ms)} ms`).join(', '),
      );
    }
    case 'query':
      return comparesArms(guard)
        ? w.queryArms(guard.source, number(guard.tolerated ?? 1))
        : w.query(guard.source, rate(guard.limit));
    case 'rate':
      return w.rate(guard.source, number(guard.limitPerSecond));
    case 'threshold':
      return w.threshold(guard.source, number(guard.limit), number(guard.consecutive));
  }
}

/** `can revert · failures` */
export const guardShort = (guard: Guard): string => `${rollouts.guardActions[guard.action]} · ${t.guardShort[guard.kind]}`;

/** `can revert on failures of more than 1 times those without the change` */
export const guardWords = (guard: Guard): string => w.can(watchedWords(guard), rollouts.guardActions[guard.action]);

export const stageWords = ({ percent: share, bakeMs, advance }: Stage): string =>
  `${percent(share)} ${rollouts.advanceBy[advance]}, ${duration(bakeMs)}`;

export function freezeWords({ days, from, to, timeZone }: Freeze): string {
  return t.freezeWords(days.map((day) => t.days[day]).join(', '), from, to, timeZone);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What differs between two versions of a plan, a line each. */
export function planDifference(before: PlanDraft, after: PlanDraft): string[] {
  const lines: string[] = [];
  const note = (what: string, from: string, to: string) => from !== to && lines.push(frame.fromTo(what, from, to));
  const c = t.changes;
  note(c.name, before.name, after.name);
  if (before.description !== after.description) lines.push(c.description);
  const stages = ({ stages: all }: PlanDraft) => all.map(stageWords).join(' · ');
  note(c.stages, stages(before), stages(after));
  if (stages(before) === stages(after) && !same(before.stages, after.stages)) lines.push(c.maxHold);
  lines.push(...guardDifference(before.guards, after.guards));
  note(c.revertTo, t.revertsTo[before.revertTo], t.revertsTo[after.revertTo]);
  const held = ({ holdback }: PlanDraft) => (holdback === null ? c.none : percent(holdback));
  note(c.holdback, held(before), held(after));
  const frozen = ({ freeze }: PlanDraft) => freeze.map(freezeWords).join('; ') || c.none;
  note(c.freeze, frozen(before), frozen(after));
  for (const [field, words] of Object.entries(t.tunings) as [keyof typeof t.tunings, string][])
    note(words, number(before[field]), number(after[field]));
  note(t.flush, duration(before.flushMs), duration(after.flushMs));
  note(t.open, duration(before.openMs), duration(after.openMs));
  for (const field of ['freshRiskSet', 'trustClientOutcomes'] as const)
    note(t[field], before[field] ? frame.yes : frame.no, after[field] ? frame.yes : frame.no);
  return lines;
}

function guardDifference(before: readonly Guard[], after: readonly Guard[]): string[] {
  const c = t.changes;
  const old = new Map(before.map((guard) => [guard.key, guard]));
  const changed = after.flatMap((guard) => {
    const was = old.get(guard.key);
    old.delete(guard.key);
    if (was === undefined) return [c.guardNew(guardWords(guard))];
    if (same(was, guard)) return [];
    const [from, to] = [guardWords(was), guardWords(guard)];
    return [from === to ? c.guardFine(guard.key) : c.guard(guard.key, from, to)];
  });
  return [...changed, ...[...old.values()].map((guard) => c.guardGone(guardWords(guard)))];
}
