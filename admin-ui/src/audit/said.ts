import type { Rule } from '@burgee/engine';
import type { AuditRecord } from '@burgee/server/api';
import { audienceWords } from '../flags/words.ts';
import { audit } from '../text/audit.ts';

const rulesIn = (side: unknown): Rule[] => {
  const rules = typeof side === 'object' && side !== null && 'rules' in side ? side.rules : [];
  return Array.isArray(rules) ? rules.filter((rule) => typeof rule?.id === 'string') : [];
};

/** An entry's sentence, rules that it names by an id by whom they are for instead. Entries written by now name their place. */
export function saidOf({ summary, before, after }: Pick<AuditRecord, 'summary' | 'before' | 'after'>): string {
  const rules = new Map([...rulesIn(before), ...rulesIn(after)].map((rule) => [rule.id, rule]));
  let said = summary;
  for (const [id, rule] of rules) said = said.replaceAll(`rule ${id} `, `${audit.side.ruleFor(audienceWords(rule))} `);
  return said;
}
