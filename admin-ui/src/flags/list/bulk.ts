import { patchFlag, putTargeting, targetingOf } from '../../api/changes.ts';
import type { FlagRow } from '../../api/resources.ts';
import { text } from '../../text/catalogue.ts';
import { difference, headline } from '../difference.ts';
import { ruleForAll, sent } from '../targeting.ts';

/** One change for many flags. `percent` is for those that have no rule yet and would serve nobody anything. */
export type Bulk =
  | { readonly kind: 'on'; readonly environment: string; readonly percent: number }
  | { readonly kind: 'off'; readonly environment: string }
  | { readonly kind: 'tags'; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly kind: 'archive' }
  | { readonly kind: 'unarchive' };

/** What becomes of one flag: the lines of its diff and the call that makes it so, or why nothing does. */
export interface Step {
  readonly key: string;
  readonly name: string;
  readonly lines: readonly string[];
  /** null: there is nothing to do. */
  readonly run: (() => Promise<unknown>) | null;
}

const t = text.flags.list.bulk;

/** Whether turning on serves nobody anything until there is a rule. */
export function needsRule({ states }: FlagRow, environment: string): boolean {
  const state = states.find((row) => row.state.environment === environment)?.state;
  return state !== undefined && !state.enabled && state.rules.length === 0 && state.defaultVariant === state.offVariant;
}

/** The steps of a bulk change, in the order of the rows. */
export function stepsOf(rows: readonly FlagRow[], bulk: Bulk): Step[] {
  return rows.map((row) => {
    const { flag } = row;
    const at = { key: flag.key, name: flag.name || flag.key };
    if (bulk.kind === 'on' || bulk.kind === 'off') return { ...at, ...turn(row, bulk) };
    if (bulk.kind === 'tags') return { ...at, ...retag(row, bulk) };
    const archived = bulk.kind === 'archive';
    if (flag.archived === archived) return { ...at, lines: [t.already], run: null };
    const lines = [archived ? t.archives : t.comesBack];
    return { ...at, lines, run: () => patchFlag(flag.project, flag.key, { archived }, row.version) };
  });
}

function turn(row: FlagRow, bulk: Bulk & { kind: 'on' | 'off' }): Pick<Step, 'lines' | 'run'> {
  const there = row.states.find(({ state }) => state.environment === bulk.environment);
  if (row.flag.archived) return { lines: [t.isArchived], run: null };
  if (!there) return { lines: [t.notThere], run: null };
  const { state, version } = there;
  const enabled = bulk.kind === 'on';
  if (state.killed !== null) return { lines: [t.isKilled], run: null };
  if (state.enabled === enabled) return { lines: [t.already], run: null };
  const before = targetingOf(state);
  const made =
    bulk.kind === 'on' && needsRule(row, bulk.environment) ? [ruleForAll(row.flag, before.offVariant, bulk.percent)] : null;
  const after = { ...before, enabled, rules: made ?? before.rules };
  const more = difference(before, { ...after, enabled: before.enabled });
  const lines = [headline(bulk.environment, before, after), ...(made ? more : [])];
  if (there.rollout !== null && !enabled) lines.push(t.endsRollout);
  return { lines, run: () => putTargeting(state, sent(after), version) };
}

function retag({ flag, version }: FlagRow, { add, remove }: Bulk & { kind: 'tags' }): Pick<Step, 'lines' | 'run'> {
  const gone = flag.tags.filter((tag) => remove.includes(tag) && !add.includes(tag));
  const come = add.filter((tag) => !flag.tags.includes(tag));
  if (gone.length === 0 && come.length === 0) return { lines: [t.already], run: null };
  const tags = [...flag.tags.filter((tag) => !gone.includes(tag)), ...come];
  const lines = [...come.map((tag) => `+ #${tag}`), ...gone.map((tag) => `− #${tag}`)];
  return { lines: [lines.join('   ')], run: () => patchFlag(flag.project, flag.key, { tags }, version) };
}

/** What came of a step. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

/** Carries out steps, a few at a time, each on its own: one that is refused stops no other. */
export async function carryOut(steps: readonly Step[], told: (key: string, outcome: Outcome) => void): Promise<void> {
  const queue = steps.filter(({ run }) => run !== null);
  const work = async () => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      const { key, run } = step;
      const outcome = await (run ?? (async () => undefined))().then(
        () => ({ ok: true }) as const,
        (error: unknown) => ({ ok: false, error }) as const,
      );
      told(key, outcome);
    }
  };
  await Promise.all([work(), work(), work()]);
}
