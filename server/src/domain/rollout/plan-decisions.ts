import type { Actor } from '../access/access.ts';
import { BurgeeError, invalid } from '../errors.ts';
import type { Change, Stored } from '../ports.ts';
import { planMistakes } from './plan-check.ts';
import { ENDED, type Plan, type Rollout } from './rollout.ts';
import { builtinPlan } from './rollout-plans.ts';

/** Makes or replaces a plan. Names every wrong field at once. */
export function decidePlan(before: Stored<Plan> | null, plan: Plan, sources: readonly string[], actor: Actor): Change {
  if (builtinPlan(plan.project, plan.key)) {
    throw new BurgeeError('exists', `${plan.key} is built in and cannot be changed; give your plan another key`);
  }
  const fields = planMistakes(plan, sources);
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
