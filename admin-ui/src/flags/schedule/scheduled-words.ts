import type { ScheduledChange } from '@burgee/server/api';
import type { NewRule } from '../../api/changes.ts';
import { page } from '../../text/flag-page.ts';
import { percent } from '../../text/format.ts';

const t = page.schedule;

/** What a scheduled change does, in a few words; rules are called by their place. */
export function scheduledWords({ change }: Pick<ScheduledChange, 'change'>, rules: readonly NewRule[]): string {
  if (change.kind === 'kill') return t.does.kill;
  if (change.kind === 'restore') return t.does.restore;
  if (change.kind === 'percent') {
    const at = rules.findIndex(({ id }) => id === change.rule);
    return t.does.percent(at < 0 ? null : at + 1, percent(change.percent));
  }
  const { enabled, rules: other, prerequisites, defaultVariant, offVariant } = change.edit;
  const parts = [
    ...(enabled === undefined ? [] : [enabled ? t.does.on : t.does.off]),
    ...(other === undefined ? [] : [t.does.rules]),
    ...(prerequisites === undefined ? [] : [t.does.prerequisites]),
    ...(defaultVariant === undefined ? [] : [t.does.otherwise(defaultVariant)]),
    ...(offVariant === undefined ? [] : [t.does.whileOff(offVariant)]),
  ];
  return parts.join(', ');
}
