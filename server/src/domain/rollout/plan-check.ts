import type { FieldError } from '../errors.ts';
import { guardMistakes } from '../guard/guard-check.ts';
import { freezeMistakes } from './freeze.ts';
import type { Plan } from './rollout.ts';
import { mostPercent } from './rollout-plans.ts';

type Say = (field: string, message: string) => void;

/** Everything that is wrong with a plan, each with its field and what would be right. `sources`: keys of the project's. */
export function planMistakes(plan: Plan, sources: readonly string[]): FieldError[] {
  const fields: FieldError[] = [];
  const say: Say = (field, message) => fields.push({ field, message });
  stageMistakes(plan, say);
  holdbackMistakes(plan, say);
  if (plan.guards.filter(({ kind }) => kind === 'outcomes').length > 1)
    say('guards', 'must have at most one guard of kind outcomes');
  if (plan.guards.filter(({ kind }) => kind === 'latency').length > 1)
    say('guards', 'must have at most one guard of kind latency');
  const keys = new Set<string>();
  plan.guards.forEach((guard, i) => {
    if (keys.has(guard.key)) say(`guards[${i}].key`, `${guard.key} is there twice`);
    keys.add(guard.key);
    guardMistakes(guard, `guards[${i}]`, sources, say);
  });
  for (const field of ['revertAlpha', 'pauseAlpha', 'beta'] as const) {
    if (!(plan[field] > 0 && plan[field] < 1)) say(field, 'must be between 0 and 1');
  }
  if (plan.pauseAlpha < plan.revertAlpha) say('pauseAlpha', `must be at least revertAlpha, ${plan.revertAlpha}`);
  if (!(plan.rhoBad > 1)) say('rhoBad', 'must be above 1');
  if (!(plan.controlSample > 0 && plan.controlSample <= 1)) say('controlSample', 'must be above 0 and at most 1');
  if (plan.trustClientOutcomes && !plan.guards.some(({ kind }) => kind === 'outcomes' || kind === 'latency'))
    say('trustClientOutcomes', 'needs a guard of kind outcomes or latency: no other reads what browsers report');
  freezeMistakes(plan.freeze ?? [], say);
  return fields;
}

function stageMistakes(plan: Plan, say: Say): void {
  const compares = plan.guards.some(({ kind }) => kind === 'outcomes');
  let below = 0;
  plan.stages.forEach(({ percent, advance, bakeMs, maxHoldMs }, i) => {
    if (!(percent > 0 && percent <= 100)) say(`stages[${i}].percent`, 'must be above 0 and at most 100');
    if (Number(percent.toFixed(3)) !== percent) say(`stages[${i}].percent`, 'must have at most three decimals');
    if (percent <= below) say(`stages[${i}].percent`, `must be above the stage before it, ${below}`);
    below = Math.max(below, percent);
    if (advance === 'evidence' && percent >= 100 && !plan.holdback)
      say(`stages[${i}].advance`, 'at 100 % nobody is left to compare with: use time or manual, or a holdback');
    if (advance === 'evidence' && !compares) say(`stages[${i}].advance`, 'evidence needs a guard of kind outcomes');
    if (advance === 'evidence' && maxHoldMs < bakeMs) say(`stages[${i}].maxHoldMs`, `must be at least bakeMs, ${bakeMs}`);
  });
}

function holdbackMistakes({ holdback, stages }: Plan, say: Say): void {
  if (holdback === undefined) return;
  const sound = holdback > 0 && holdback <= 50 && Number(holdback.toFixed(3)) === holdback;
  if (!sound) say('holdback', 'must be above 0 and at most 50 with at most three decimals; leave it out for none');
  if (!sound) return;
  const most = mostPercent({ holdback });
  stages.forEach(({ percent }, i) => {
    const at = `stages[${i}].percent`;
    if (i < stages.length - 1 && percent >= most) say(at, `must be below ${most}, where the holdback stops the last stage`);
    if (i === stages.length - 1 && percent < most) say(at, `must be at least ${most}: the last stage is the one that holds back`);
  });
}
