import type { AuditEntry } from '../audit.ts';
import type { FlagState } from '../flag/flag.ts';
import { type BothArms, evidenceOf } from '../guard/evidence.ts';
import { isTimeOnly } from '../guard/judge.ts';
import { compareText, presentFigures } from '../guard/sentences.ts';
import { percentText, plural } from '../guard/words.ts';
import type { Change, Store } from '../ports.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { NOTICE_EVENTS, type Notice, type NoticeEvent } from './notice.ts';

/**
 * The store, telling people of what is committed through it: notices are read off every change, whoever decided it, so that no
 * way of moving a rollout can forget them. They are part of the change that they tell of.
 */
export function announcing(store: Store): Store {
  return {
    ...store,
    commit: (change) => store.commit(announced(change)),
    commitEach: (changes) => store.commitEach(changes.map(announced)),
  };
}

/** The change with the notices that belong to it, after those that it has already. */
export function announced(change: Change): Change {
  const notices = noticesOf(change);
  return notices.length === 0 ? change : { ...change, notices: [...(change.notices ?? []), ...notices] };
}

/** What people are told of a change: a notice for each audit entry that is an event, and for each rollout that it aborts. */
export function noticesOf({ audit, writes }: Pick<Change, 'audit' | 'writes'>): Notice[] {
  const rollouts = new Map<string, Rollout>();
  const states = new Map<string, FlagState>();
  for (const write of writes) {
    if (!('put' in write)) continue;
    if (write.put === 'rollout') rollouts.set(write.entity.id, write.entity);
    if (write.put === 'state') states.set(`flag/${write.entity.flag}`, write.entity);
  }
  const told = audit.flatMap((entry): Notice[] => {
    const rollout = rollouts.get(entry.object.replace(/^rollout\//, ''));
    const state = states.get(entry.object);
    const event = NOTICE_EVENTS.find((known) => known === entry.action);
    if (entry.object.startsWith('rollout/') && rollout && event)
      return [rolloutNotice(event, rollout, entry), ...killOf(rollout, entry)];
    if (entry.action === 'state.killed' && state) return [killNotice(state, entry)];
    if (entry.action === 'state.restored' && state) return [restoreNotice(state, entry)];
    return [];
  });
  /** A guard whose action is to kill does it with its revert. */
  function killOf({ flag, endedAt }: Rollout, { actor, action }: AuditEntry): Notice[] {
    const state = states.get(`flag/${flag}`);
    if (action !== 'rollout.reverted' || !state?.killed || state.killed.at !== endedAt) return [];
    return [killNotice(state, { actor, reason: state.killed.reason })];
  }
  const aborted = [...rollouts.values()].filter(
    ({ id, state }) => state === 'aborted' && !audit.some(({ object }) => object === `rollout/${id}`),
  );
  return [...told, ...aborted.map((rollout) => rolloutNotice('rollout.aborted', rollout, undefined))];
}

function rolloutNotice(event: NoticeEvent, rollout: Rollout, entry: AuditEntry | undefined): Notice {
  const { project, environment, flag, id } = rollout;
  const at = [project, environment, id].map(encodeURIComponent);
  const path = `/projects/${at[0]}/environments/${at[1]}/rollouts/${at[2]}`;
  return { event, project, environment, flag, rollout: id, sentence: rolloutSentence(event, rollout, entry), path };
}

/** A revert waits for no sentence: what an odd plan or odd evidence cannot be told of is told without. */
function rolloutSentence(event: NoticeEvent, rollout: Rollout, entry: AuditEntry | undefined): string {
  const { flag, environment, release } = rollout;
  try {
    const stopped = `Stopped at ${percentText(rollout.percent)}: ${rollout.reason?.text ?? 'the flag was changed'}`;
    const happened = clause(entry?.summary.replace(`${flag}: `, '') ?? stopped);
    const parts = [`${flag} in ${environment}, release ${release}: ${happened}`, ...known(event, rollout), safe(event, rollout)];
    return `${parts.filter(Boolean).join('; ')}.`;
  } catch {
    return `${flag} in ${environment}, release ${release}: ${clause(entry?.summary ?? 'its rollout was stopped')}.`;
  }
}

/** The evidence, where what happened does not say it already. */
function known(event: NoticeEvent, rollout: Rollout): string[] {
  if (event !== 'rollout.advanced' && event !== 'rollout.completed' && event !== 'rollout.paused') return [];
  const evidence = evidenceOf(rollout);
  return [figures(event === 'rollout.completed' ? evidence.totals : presentFigures(evidence))];
}

function figures({ treatment, control }: BothArms): string {
  if (treatment.units === 0) return 'no user has met the new version yet';
  if (treatment.errors + control.errors > 0) return compareText({ treatment, control });
  return `none of ${plural(treatment.units, 'user')} on the new version failed`;
}

function safe(event: NoticeEvent, rollout: Rollout): string {
  switch (event) {
    case 'rollout.started':
    case 'rollout.advanced':
      return isTimeOnly(rollout)
        ? 'this plan goes by time, and anybody can revert it at once'
        : 'the guard watches and lowers it by itself if errors rise';
    case 'rollout.held':
      return 'nobody new gets the new version meanwhile';
    case 'rollout.paused':
      return rollout.reason?.code === 'edited'
        ? 'nothing moves until somebody decides'
        : 'nobody new gets the new version, and the guard can still revert';
    case 'rollout.stepped-back':
      return 'fewer users have the new version, and it stays there until it has cooled down';
    case 'rollout.evidence':
      return 'nothing was overwritten: a person must decide now';
    case 'rollout.reverted':
      return rollout.percent === 0
        ? 'everyone is being taken back to the old version'
        : `the rule is back at ${percentText(rollout.percent)}, where it was before`;
    case 'rollout.completed':
      return 'it can still be reverted by hand';
    case 'rollout.aborted':
      return 'it will not go on by itself';
    case 'rollout.unconfirmed':
      return `the rule stays at ${percentText(rollout.percent)}, and whoever connects gets that`;
    default:
      return '';
  }
}

function killNotice(state: FlagState, { actor, reason }: Pick<AuditEntry, 'actor' | 'reason'>): Notice {
  const why = reason === null ? '' : `: ${clause(reason)}`;
  const sentence = `${actor.name} killed ${state.flag} in ${state.environment}${why}; everyone gets “${state.offVariant}” until a person restores it.`;
  return { event: 'flag.killed', ...flagNotice(state), sentence };
}

function restoreNotice(state: FlagState, { actor, reason }: AuditEntry): Notice {
  const why = reason === null ? '' : `: ${clause(reason)}`;
  const sentence = `${actor.name} restored ${state.flag} in ${state.environment}${why}; rollouts that the kill ended stay ended.`;
  return { event: 'flag.restored', ...flagNotice(state), sentence };
}

/** Everything of a notice about a flag but what happened. */
export function flagNotice({ project, environment, flag }: Pick<FlagState, 'project' | 'environment' | 'flag'>) {
  const path = `/projects/${encodeURIComponent(project)}/flags/${encodeURIComponent(flag)}`;
  return { project, environment, flag, rollout: null, path };
}

/** Text as a part of a longer sentence: without its full stop, and without line breaks. */
export function clause(text: string): string {
  return text
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replace(/[.;]+$/, '')
    .replaceAll(/\.\s+(?=\p{Lu})/gu, ' – ');
}
