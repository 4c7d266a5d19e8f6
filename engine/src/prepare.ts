import { brokenFlag, type CompiledFlag, compileFlag, type Surroundings } from './compile.ts';
import { asName, compileCondition, never, type Test } from './conditions.ts';
import { checkEnvelope, indexed } from './envelope.ts';
import { checkPrerequisites } from './prerequisites.ts';
import type { RegexCompiler } from './regex.ts';
import type { Revision, Rule, Ruleset, RulesetFlag, RulesetSegment } from './types.ts';

export { OPERATORS } from './operators.ts';

export interface PrepareOptions {
  /** Compiles the patterns of `matches`, with RE2 semantics. Without it a flag that needs one answers `PARSE_ERROR`. */
  readonly regex?: RegexCompiler;
}

/** Flags by their keys, in the ruleset's order, as a `Map` of them is one. `get` may make the flag anew each time that it is asked. */
export interface FlagSource {
  get(key: string): RulesetFlag | undefined;
  has(key: string): boolean;
  keys(): Iterable<string>;
}

/** A ruleset whose flags are found by their keys. */
export interface SourceRuleset extends Omit<Ruleset, 'flags'> {
  readonly flags: FlagSource;
}

/** A ruleset that can be evaluated. Immutable to its users; flags are compiled when first asked for. */
export interface Prepared {
  readonly project: string;
  readonly environment: string;
  readonly revision: Revision;
  /** The flag as the ruleset has it. */
  flag(key: string): RulesetFlag | undefined;
  has(key: string): boolean;
  /** Every flag's key, in the ruleset's order. */
  keys(): readonly string[];
  /** Whether the flag, or a prerequisite behind it, buckets by the default id: a context without one draws at random there. */
  bucketsByDefault(key: string): boolean;
  /** For evaluate(): the compiled flag, undefined where the ruleset has none of that key. */
  compiled(key: string): CompiledFlag | undefined;
  /** For answerOf(): the flags that are compiled already. */
  readonly ready: ReadonlyMap<string, CompiledFlag>;
  /** For prepareSource(): gives up all that is compiled already; what is asked for later is compiled anew. */
  handOver(): Compiled;
}

interface Compiled {
  readonly ready: Map<string, CompiledFlag>;
  /** Flags that depend on more than their own definition. */
  readonly unsure: Set<string>;
  readonly tests: Map<string, SegmentTest>;
}

interface SegmentTest {
  readonly of: RulesetSegment;
  readonly test: Test;
}

/** A ruleset that was evaluated until now, of which most is still so. */
export interface Before {
  readonly prepared: Prepared;
  /** Every flag whose definition, segments or overrides may be others, those that are gone too. */
  readonly changed: ReadonlySet<string>;
}

const nothing = (): Compiled => ({ ready: new Map(), unsure: new Set(), tests: new Map() });

function effectivePercents({ overrides = [], overridesApplied = [] }: SourceRuleset): ReadonlyMap<string, number> {
  const lowest = new Map<string, number>();
  for (const { id, flag, rule, percent } of overrides) {
    if (overridesApplied.includes(id)) continue;
    const key = JSON.stringify([flag, rule]);
    lowest.set(key, Math.max(0, Math.min(percent, lowest.get(key) ?? 100)));
  }
  return lowest;
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'the flag cannot be read';
}

/**
 * Makes a ruleset ready to be evaluated: checks its envelope and indexes the flags; each flag is compiled at its first
 * evaluation, and one that cannot be understood answers `PARSE_ERROR` while the others work. The ruleset must not be changed
 * afterwards. Throws a TypeError that names the field where this is no ruleset at all.
 */
export function prepare(ruleset: Ruleset, options: PrepareOptions = {}): Prepared {
  checkEnvelope(ruleset);
  return prepareSource({ ...ruleset, flags: indexed('flags', ruleset.flags) }, options);
}

/**
 * {@link prepare} for those who hold flags in their own way and have checked the envelope: costs nothing for each flag. Throws a
 * TypeError where a segment comes twice. What was compiled `before` and has not changed is taken from it; a segment that has not is
 * the same object.
 */
export function prepareSource(ruleset: SourceRuleset, options: PrepareOptions = {}, before?: Before): Prepared {
  const { project, environment, flags, regex } = { ...ruleset, ...options };
  const revision = Object.freeze({ ...ruleset.revision });
  const segments = indexed('segments', ruleset.segments);
  const percents = effectivePercents(ruleset);
  // handed over and not copied, which for many flags takes longer than all else
  let compiled = before?.prepared.handOver() ?? nothing();
  for (const key of [...compiled.unsure, ...(before?.changed ?? [])]) compiled.ready.delete(key);
  compiled.unsure.clear();
  for (const [name, { of }] of compiled.tests) if (segments.get(of.key) !== of) compiled.tests.delete(name);

  const around: Surroundings = {
    regex,
    segment(key, negated) {
      const segment = segments.get(key);
      if (segment === undefined) return never;
      const name = `${negated ? '!' : '='}${key}`;
      let known = compiled.tests.get(name);
      if (known === undefined) {
        known = { of: segment, test: compileCondition(segment.when, negated, regex) };
        compiled.tests.set(name, known);
      }
      return known.test;
    },
    percentOf(flag: string, rule: Rule) {
      const lowered = percents.size === 0 ? undefined : percents.get(JSON.stringify([flag, rule.id]));
      return lowered !== undefined && lowered < rule.percent ? lowered : rule.percent;
    },
  };

  function compile(key: string): CompiledFlag | undefined {
    const flag = flags.get(key);
    if (flag === undefined) return undefined;
    let made: CompiledFlag;
    try {
      checkPrerequisites(flag, flags);
      made = compileFlag(flag, around);
      if (made.prerequisites?.some((before) => prepared.bucketsByDefault(before.flag)))
        made = { ...made, bucketsByDefault: true };
    } catch (cause) {
      made = brokenFlag(key, `flag ${key}: ${message(cause)}`);
    }
    compiled.ready.set(asName(key), made);
    if (made.prerequisites !== null || made.error !== null) compiled.unsure.add(key);
    return made;
  }

  const prepared: Prepared & { ready: Prepared['ready'] } = {
    project,
    environment,
    revision,
    flag: (key) => flags.get(key),
    has: (key) => flags.has(key),
    keys: () => [...flags.keys()],
    bucketsByDefault: (key) => prepared.compiled(key)?.bucketsByDefault === true,
    compiled: (key) => compiled.ready.get(key) ?? compile(key),
    ready: compiled.ready,
    handOver() {
      const given = compiled;
      compiled = nothing();
      prepared.ready = compiled.ready;
      return given;
    },
  };
  return prepared;
}
