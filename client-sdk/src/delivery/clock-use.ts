import type { Ruleset } from '@burgee/engine';

/** Whether any condition looks at `currentTime`, so that evaluations must be told the time. Reading the clock costs as much as they do. */
export function usesClock(ruleset: Ruleset): boolean {
  const pending: unknown[] = ruleset.segments.map((segment) => segment.when);
  for (const flag of ruleset.flags) if (Array.isArray(flag.rules)) for (const rule of flag.rules) pending.push(rule?.when);
  while (pending.length > 0) {
    const part = pending.pop();
    if (typeof part !== 'object' || part === null) continue;
    const { attribute, all, any, not } = part as Record<string, unknown>;
    if (attribute === 'currentTime') return true;
    if (Array.isArray(all)) pending.push(...all);
    if (Array.isArray(any)) pending.push(...any);
    if (not !== undefined) pending.push(not);
  }
  return false;
}
