import type { Actor } from './access.ts';
import { BurgeeError, type FieldError, invalid } from './errors.ts';
import type { Guard } from './guard.ts';
import type { Change, Stored } from './ports.ts';
import { ENDED, type Plan, type Rollout } from './rollout.ts';
import { builtinPlan } from './rollout-plans.ts';

/** Makes or replaces a plan. Names every wrong field at once. */
export function decidePlan(before: Stored<Plan> | null, plan: Plan, sources: readonly string[], actor: Actor): Change {
  if (builtinPlan(plan.project, plan.key)) {
    throw new BurgeeError('exists', `${plan.key} is built in and cannot be changed; give your plan another key`);
  }
  const fields = mistakes(plan, sources);
  if (fields.length > 0) throw invalid(...fields);
  return change(before === null ? 'created' : 'changed', before?.entity ?? null, plan, actor, {
    put: 'plan',
    entity: plan,
    basedOn: before?.version ?? null,
  });
}

/** Deletes a plan; rollouts keep their own copy of it. */
export function decidePlanRemoval(before: Stored<Plan>, rollouts: readonly Stored<Rollout>[], actor: Actor): Change {
  const { project, key } = before.entity;
  const by = rollouts
    .filter(({ entity }) => entity.plan.key === key && !ENDED.has(entity.state))
    .map(({ entity }) => `rollout/${entity.id}`);
  if (by.length > 0) throw new BurgeeError('in_use', `the plan ${key} is in use by ${by.join(', ')}`, { by });
  return change('deleted', before.entity, null, actor, { remove: 'plan', key: { project, key }, basedOn: before.version });
}

function change(
  verb: 'created' | 'changed' | 'deleted',
  before: Plan | null,
  after: Plan | null,
  actor: Actor,
  write: Change['writes'][number],
): Change {
  const { project, key } = after ?? before ?? { project: null, key: '' };
  const did = { created: 'Made', changed: 'Changed', deleted: 'Deleted' }[verb];
  const entry = { actor, action: `plan.${verb}`, project, environment: null, object: `plan/${key}` };
  return {
    environments: [],
    writes: [write],
    audit: [{ ...entry, summary: `${did} the plan ${key}`, before, after, reason: null }],
  };
}

function mistakes(plan: Plan, sources: readonly string[]): FieldError[] {
  const fields: FieldError[] = [];
  const say = (field: string, message: string) => fields.push({ field, message });
  const compares = plan.guards.some(({ kind }) => kind === 'outcomes');
  let below = 0;
  plan.stages.forEach(({ percent, advance, bakeMs, maxHoldMs }, i) => {
    if (!(percent > 0 && percent <= 100)) say(`stages[${i}].percent`, 'must be above 0 and at most 100');
    if (Number(percent.toFixed(3)) !== percent) say(`stages[${i}].percent`, 'must have at most three decimals');
    if (percent <= below) say(`stages[${i}].percent`, `must be above the stage before it, ${below}`);
    below = Math.max(below, percent);
    if (advance === 'evidence' && percent >= 100)
      say(`stages[${i}].advance`, 'at 100 % nobody is left to compare with: use time or manual');
    if (advance === 'evidence' && !compares) say(`stages[${i}].advance`, 'evidence needs a guard of kind outcomes');
    if (advance === 'evidence' && maxHoldMs < bakeMs) say(`stages[${i}].maxHoldMs`, `must be at least bakeMs, ${bakeMs}`);
  });
  if (plan.guards.filter(({ kind }) => kind === 'outcomes').length > 1)
    say('guards', 'must have at most one guard of kind outcomes');
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
  return fields;
}

function guardMistakes(
  guard: Guard,
  at: string,
  sources: readonly string[],
  say: (field: string, message: string) => void,
): void {
  if (guard.action === 'back' || guard.action === 'kill') say(`${at}.action`, 'must be observe, pause or revert');
  if (guard.kind === 'outcomes') {
    if (!(guard.tolerated >= 1 && guard.tolerated < 50)) say(`${at}.tolerated`, 'must be at least 1 and below 50');
    return;
  }
  if (!(guard.limit > 0 && guard.limit < 1)) say(`${at}.limit`, 'must be a rate between 0 and 1');
  if (!sources.includes(guard.source)) {
    say(`${at}.source`, sources.length === 0 ? 'the project has no metric source' : `must be one of ${sources.join(', ')}`);
  }
}
