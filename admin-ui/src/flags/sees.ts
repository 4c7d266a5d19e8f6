import type { FlagState } from '@burgee/server/api';
import type { NewRule, Targeting } from '../api/changes.ts';
import { text } from '../text/catalogue.ts';
import { serveWords, whoWords } from './words.ts';

/** Who gets what, one line a group of people, in the order in which the flag decides. */
export interface Sees {
  readonly lines: readonly { readonly who: string; readonly what: string }[];
  readonly sentence: string;
}

/** What a flag comes to in one environment, in words. */
export function sees(state: Targeting & { readonly killed?: FlagState['killed'] }): Sees {
  if (state.killed || !state.enabled) {
    const lines = [{ who: text.flags.everyone, what: state.offVariant }];
    return { lines, sentence: `${text.flags.everyone} → ${state.offVariant}` };
  }
  const rules = state.rules.filter((rule) => rule.percent > 0);
  const lines = rules.map((rule: NewRule) => ({ who: whoWords(rule), what: serveWords(rule.serve) }));
  const taken = rules.some((rule) => rule.percent >= 100 && !rule.when && (rule.segments?.length ?? 0) === 0);
  if (!taken) lines.push({ who: lines.length === 0 ? text.flags.everyone : text.rules.rest, what: state.defaultVariant });
  return { lines, sentence: lines.map(({ who, what }) => text.rules.gets(who, what)).join(', ') };
}
