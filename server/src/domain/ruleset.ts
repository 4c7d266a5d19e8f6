import type {
  Condition,
  Delta,
  Override,
  Ramp,
  Rule,
  Ruleset,
  RulesetFlag,
  RulesetSegment,
  SegmentReference,
  Serve,
} from '@burgee/engine';
import type { Flag, FlagState } from './flag/flag.ts';
import { cutoffsOf } from './guard/latency-memory.ts';
import type { EnvironmentPicture } from './ports.ts';
import { ENDED, type Rollout } from './rollout/rollout.ts';

/** Whose view of an environment: all of it, or what browsers may have as rules. */
export type Audience = 'server' | 'client';

/** A reverted rule keeps its mark until the revert is confirmed, at most so long, ms. */
const CONFIRM_MS = 10 * 60_000;

/**
 * The ruleset of one environment. Flags and segments in key order, properties in a fixed order: equal content is byte-equal.
 * Archived flags and flags without a state here are left out. `client` gets the flags whose `browserAccess` is `rules`, without
 * rule titles, and the segments that those flags name; a prerequisite outside that set fails there.
 */
export function buildRuleset(picture: EnvironmentPicture, audience: Audience, now: number): Ruleset {
  const states = new Map(picture.states.map((state) => [state.flag, state]));
  const marks = rampMarks(picture.rollouts, now);
  const flags: RulesetFlag[] = [];
  for (const flag of [...picture.flags].sort(byKey)) {
    const state = states.get(flag.key);
    if (flag.archived || state === undefined) continue;
    if (audience === 'client' && flag.browserAccess !== 'rules') continue;
    flags.push(rulesetFlag(flag, state, marks, audience));
  }
  const { overrideKey } = picture.environment;
  const needed = audience === 'client' ? new Set(flags.flatMap(segmentsOf)) : undefined;
  return {
    schema: 1,
    project: picture.environment.project,
    environment: picture.environment.key,
    revision: { epoch: picture.revision.epoch, n: picture.revision.n },
    flags,
    segments: [...picture.segments]
      .sort(byKey)
      .filter((segment) => needed?.has(segment.key) ?? true)
      .map(({ key, number, when }) => ({ key, number, when: ordered(when) })),
    ...(overrideKey && audience === 'server' && { overrideKey: { id: overrideKey.id, publicKey: overrideKey.publicKey } }),
  };
}

/** The same ruleset, saying which overrides hold and which are in it by now. */
export function withOverrides(ruleset: Ruleset, live: readonly Override[], applied: readonly string[]): Ruleset {
  return {
    ...ruleset,
    ...(live.length > 0 && { overrides: live }),
    ...(applied.length > 0 && { overridesApplied: applied }),
  };
}

/** More steps than this are not worth bridging: a snapshot is smaller. */
const MOST_STEPS = 256;

/**
 * What leads from one ruleset to another of the same epoch, one delta per revision: the first carries everything that differs,
 * the others only count up. Commits that came together are published together, and a delta replaces whole flags, so a reader
 * that stops half way is ahead of its number, never behind. null where only a snapshot can tell: another epoch, another key for
 * override tokens, or no way forward.
 */
export function diffRulesets(from: Ruleset, to: Ruleset): readonly Delta[] | null {
  const steps = to.revision.n - from.revision.n;
  if (from.revision.epoch !== to.revision.epoch || steps < 1 || steps > MOST_STEPS) return null;
  if (from.overrideKey?.id !== to.overrideKey?.id) return null;
  const flags = changes(from.flags, to.flags);
  const segments = changes(from.segments, to.segments);
  const overrides = {
    ...(to.overrides && { overrides: to.overrides }),
    ...(to.overridesApplied && { overridesApplied: to.overridesApplied }),
  };
  const first: Delta = {
    schema: 1,
    revision: { epoch: to.revision.epoch, n: from.revision.n + 1 },
    flags: flags.put,
    segments: segments.put,
    removedFlags: flags.removed,
    removedSegments: segments.removed,
    ...overrides,
  };
  const rest = Array.from({ length: steps - 1 }, (_, i) => ({
    schema: 1 as const,
    revision: { epoch: to.revision.epoch, n: from.revision.n + 2 + i },
    flags: [],
    segments: [],
    removedFlags: [],
    removedSegments: [],
    ...overrides,
  }));
  return [first, ...rest];
}

/** The flags that may mean something else than before: all where a segment changed. */
export function changedFlags(from: Ruleset | undefined, to: Ruleset): readonly RulesetFlag[] {
  if (from === undefined) return to.flags;
  const segments = changes(from.segments, to.segments);
  return segments.put.length + segments.removed.length > 0 ? to.flags : changes(from.flags, to.flags).put;
}

/** Whether what browsers are told can differ: their flags, what those depend on, or the segments in either. */
export function changedForBrowsers(from: Ruleset, to: Ruleset): boolean {
  const flags = changes(from.flags, to.flags);
  const segments = changes(from.segments, to.segments);
  const [before, after] = [behindBrowsers(from), behindBrowsers(to)];
  const touches = (kind: 'flags' | 'segments', key: string) => before[kind].has(key) || after[kind].has(key);
  return (
    [...flags.put.map(({ key }) => key), ...flags.removed].some((key) => touches('flags', key)) ||
    [...segments.put.map(({ key }) => key), ...segments.removed].some((key) => touches('segments', key))
  );
}

/** The flags that browsers may see with the prerequisites behind them, and all their segments. */
function behindBrowsers(ruleset: Ruleset): Readonly<Record<'flags' | 'segments', ReadonlySet<string>>> {
  const byKey = new Map(ruleset.flags.map((flag) => [flag.key, flag]));
  const flags = new Set(ruleset.flags.filter(({ browserAccess }) => browserAccess !== 'none').map(({ key }) => key));
  const segments = new Set<string>();
  // a set that grows while it is walked is walked to its new end
  for (const key of flags) {
    const flag = byKey.get(key);
    if (flag === undefined) continue;
    for (const before of flag.prerequisites) flags.add(before.flag);
    for (const segment of segmentsOf(flag)) segments.add(segment);
  }
  return { flags, segments };
}

/** A ruleset as it travels. Flags that an earlier call met are not serialised again. */
export function rulesetText(ruleset: Ruleset): string {
  const { flags, segments, ...rest } = ruleset;
  const head = JSON.stringify(rest).slice(0, -1);
  return `${head},"flags":[${flags.map(text).join(',')}],"segments":[${segments.map(text).join(',')}]}`;
}

const texts = new WeakMap<object, string>();

function text(part: RulesetFlag | RulesetSegment): string {
  const known = texts.get(part);
  if (known !== undefined) return known;
  const made = JSON.stringify(part);
  texts.set(part, made);
  return made;
}

function changes<T extends RulesetFlag | RulesetSegment>(from: readonly T[], to: readonly T[]) {
  const before = new Map(from.map((part) => [part.key, part]));
  const put: T[] = [];
  for (const part of to) {
    const old = before.get(part.key);
    before.delete(part.key);
    if (old === undefined || text(old) !== text(part)) put.push(part);
  }
  return { put, removed: [...before.keys()] };
}

function rampMarks(rollouts: readonly Rollout[], now: number): ReadonlyMap<string, Ramp> {
  const marks = new Map<string, Ramp>();
  for (const rollout of [...rollouts].sort((a, b) => a.startedAt - b.startedAt)) {
    if (rollout.waiting) continue;
    const ended = ENDED.has(rollout.state);
    const unconfirmed = rollout.state === 'reverted' && rollout.confirmedAt === null && now - (rollout.endedAt ?? 0) < CONFIRM_MS;
    const at = place(rollout.flag, rollout.rule);
    if (ended && (!unconfirmed || marks.has(at))) continue;
    const { controlSample, flushMs, openMs } = rollout.plan;
    const changedAt = Math.max(rollout.stageSince, rollout.endedAt ?? 0);
    marks.set(at, { rollout: rollout.id, controlSample, flushMs, openMs, changedAt, cutoffsMs: cutoffsOf(rollout.plan) });
  }
  return marks;
}

function rulesetFlag(flag: Flag, state: FlagState, marks: ReadonlyMap<string, Ramp>, audience: Audience): RulesetFlag {
  return {
    key: flag.key,
    type: flag.type,
    variants: flag.variants.map(({ key, value }) => ({ key, value })),
    browserAccess: flag.browserAccess,
    enabled: state.enabled,
    killed: state.killed !== null,
    prerequisites: state.prerequisites.map((p) => ({ flag: p.flag, variants: p.variants })),
    rules: state.rules.map((rule) => rulesetRule(rule, marks.get(place(flag.key, rule.id)), audience)),
    defaultVariant: state.defaultVariant,
    offVariant: state.offVariant,
  };
}

function rulesetRule(rule: Rule, ramp: Ramp | undefined, audience: Audience): Rule {
  return {
    id: rule.id,
    ...(rule.title !== undefined && audience === 'server' && { title: rule.title }),
    ...(rule.when && { when: ordered(rule.when) }),
    ...(rule.segments && rule.segments.length > 0 && { segments: rule.segments.map(reference) }),
    percent: rule.percent,
    by: rule.by,
    ...(rule.salt !== undefined && { salt: rule.salt }),
    serve: serve(rule.serve),
    ...(ramp && { ramp }),
  };
}

function reference({ segment, negate }: SegmentReference): SegmentReference {
  return negate ? { segment, negate } : { segment };
}

function serve(of: Serve): Serve {
  if (!('split' in of)) return { variant: of.variant };
  const { by, salt, weights } = of.split;
  return {
    split: {
      ...(by !== undefined && { by }),
      ...(salt !== undefined && { salt }),
      weights: weights.map(({ variant, weight }) => ({ variant, weight })),
    },
  };
}

function ordered(condition: Condition): Condition {
  if ('all' in condition) return { all: condition.all.map(ordered) };
  if ('any' in condition) return { any: condition.any.map(ordered) };
  if ('not' in condition) return { not: ordered(condition.not) };
  if ('opaque' in condition) return { opaque: condition.opaque };
  const { attribute, operator, values, negate, ignoreCase } = condition;
  return { attribute, operator, values, ...(negate && { negate }), ...(ignoreCase && { ignoreCase }) };
}

function segmentsOf(flag: RulesetFlag): string[] {
  return flag.rules.flatMap((rule) => (rule.segments ?? []).map(({ segment }) => segment));
}

function place(flag: string, rule: string): string {
  return `${flag}/${rule}`;
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
