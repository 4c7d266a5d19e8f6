import type { Rule } from '@burgee/engine';
import { isEqual } from '../differences.ts';
import { listed } from '../text-check.ts';
import type { FlagState } from './flag.ts';

/** One plain sentence of what happened to a flag in an environment. */
export function stateSummary(before: FlagState, after: FlagState, rolloutsEnded: number): string {
  const parts = [
    ...(before.killed === null && after.killed !== null ? [`killed: ${after.killed.reason}`] : []),
    ...(before.killed !== null && after.killed === null ? ['restored'] : []),
    ...(before.enabled === after.enabled ? [] : [after.enabled ? 'turned on' : 'turned off']),
    ...ruleParts(before.rules, after.rules),
    ...(isEqual(before.prerequisites, after.prerequisites) ? [] : [prerequisites(after)]),
    ...(before.defaultVariant === after.defaultVariant ? [] : [`default ${before.defaultVariant} → ${after.defaultVariant}`]),
    ...(before.offVariant === after.offVariant ? [] : [`off variant ${before.offVariant} → ${after.offVariant}`]),
    ...(rolloutsEnded === 0 ? [] : [rolloutsEnded === 1 ? 'its rollout was aborted' : `${rolloutsEnded} rollouts were aborted`]),
  ];
  return `${after.flag} in ${after.environment}: ${parts.join('; ')}.`;
}

function ruleParts(before: readonly Rule[], after: readonly Rule[]): string[] {
  const old = new Map(before.map((rule) => [rule.id, rule]));
  const kept = new Set(after.map(({ id }) => id));
  const parts: string[] = [];
  for (const [index, rule] of after.entries()) {
    const was = old.get(rule.id);
    const name = nameOf(rule, index);
    if (was === undefined) parts.push(`${name} added at ${rule.percent} %`);
    else {
      if (was.percent !== rule.percent) parts.push(`${name}: ${was.percent} % → ${rule.percent} %`);
      if (!isEqual({ ...was, percent: 0 }, { ...rule, percent: 0 })) parts.push(`${name} changed`);
    }
  }
  for (const [index, rule] of before.entries()) if (!kept.has(rule.id)) parts.push(`${nameOf(rule, index)} removed`);
  const order = before.map(({ id }) => id).filter((id) => kept.has(id));
  const now = after.map(({ id }) => id).filter((id) => old.has(id));
  if (!isEqual(order, now)) parts.push('rules reordered');
  return parts;
}

function prerequisites({ prerequisites: wanted }: FlagState): string {
  return wanted.length === 0 ? 'needs no other flag' : `needs ${listed(wanted.map(({ flag }) => flag))}`;
}

/** By its title, else by its place, which is what people see of it: most ids are nobody's choice. */
function nameOf(rule: Rule, index: number): string {
  return rule.title ? `rule “${rule.title}”` : `rule ${index + 1}`;
}
