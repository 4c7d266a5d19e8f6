import type { AuditRecord } from '@burgee/server/api';
import { page } from '../../text/flag-page.ts';

const t = page.history;

/** Ids of rules that an entry's sides name. */
function idsIn(side: unknown): string[] {
  const rules = side !== null && typeof side === 'object' && 'rules' in side ? side.rules : [];
  return Array.isArray(rules) ? rules.flatMap((rule) => (typeof rule?.id === 'string' ? [rule.id as string] : [])) : [];
}

/**
 * An entry's sentence as it reads beside its flag and environment: without their names, and rules by their place among `rules`
 * instead of by ids that nobody chose.
 */
export function saidOf(
  { summary, environment, before, after }: Pick<AuditRecord, 'summary' | 'environment' | 'before' | 'after'>,
  flag: string,
  rules: readonly string[],
): string {
  const head = [`${flag} in ${environment}: `, `Flag ${flag}: `].find((one) => summary.startsWith(one)) ?? '';
  const ids = new Set([...idsIn(before), ...idsIn(after)]);
  let said = summary.slice(head.length);
  for (const id of ids) {
    const at = rules.indexOf(id);
    said = said.replaceAll(`rule ${id} `, `${at < 0 ? t.aRule : t.rule(at + 1)} `);
  }
  return said.charAt(0).toUpperCase() + said.slice(1);
}
