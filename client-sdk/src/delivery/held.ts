import { checkEnvelope, type Delta, type FlagSource, indexed, needsRegex, type Ruleset, type RulesetFlag } from '@burgee/engine';
import { type RampedRule, rampsOf } from '../ramps.ts';
import { createLayers, type Layers } from './layers.ts';
import { CUT, sliceFlags } from './slices.ts';

/** A ruleset as a client holds it. Nobody changes it. */
export interface Held extends Omit<Ruleset, 'flags'> {
  readonly flags: HeldFlags;
}

/**
 * Flags of which most are text until they are asked for, and again afterwards: a flag in use is held compiled, and the others are
 * looked at so rarely that what parsing them costs (some µs) is less than what their objects would keep of the heap, nearly twice the text.
 */
export interface HeldFlags extends FlagSource {
  /** A flag's JSON. */
  text(key: string): string;
  /** Rules that are being ramped. */
  ramps(): readonly RampedRule[];
  /** Whether a condition of some flag uses `matches`, or did so before the deltas. */
  readonly needsRegex: boolean;
  /** Flags that are not the same in both. */
  differing(others: HeldFlags): Set<string>;
  /** Flags with a rule that refers to any of the segments. */
  using(segments: ReadonlySet<string>): readonly string[];
  /** What a delta makes of them: in the order held, what is new at the end. */
  patched(delta: Pick<Delta, 'flags' | 'removedFlags'>): HeldFlags;
}

type Entries = Layers<string | RulesetFlag>;
type Ramps = ReadonlyMap<string, readonly RampedRule[]>;

/** Throws a TypeError where this is no ruleset. Its flags stay the objects that they are. */
export function holdRuleset(ruleset: Ruleset): Held {
  checkEnvelope(ruleset);
  const flags = indexed('flags', ruleset.flags);
  const ramps = new Map<string, readonly RampedRule[]>();
  let matches = false;
  for (const [key, flag] of flags) matches = note(key, flag, ramps) || matches;
  return { ...ruleset, flags: createFlags(createLayers<string | RulesetFlag>(flags), ramps, matches) };
}

/**
 * {@link holdRuleset} of the JSON between the two places in a text. Throws a SyntaxError for what is no JSON. The text is kept,
 * unless it has characters that take two bytes each of it all.
 */
export function holdText(text: string, from = 0, to = text.length): Held {
  return holdSlices(text, from, to) ?? holdRuleset(JSON.parse(text.slice(from, to)) as Ruleset);
}

/** undefined for whatever is unusual: parsed as a whole it is refused with the reason, or held. */
function holdSlices(text: string, from: number, to: number): Held | undefined {
  const slices = sliceFlags(text, from, to);
  if (slices === undefined) return undefined;
  const entries = new Map<string, string>();
  const ramps = new Map<string, readonly RampedRule[]>();
  let matches = false;
  try {
    const { flags: cut, ...rest } = JSON.parse(slices.rest) as Ruleset;
    if ((cut as unknown) !== CUT) return undefined;
    const held = { ...rest, flags: [] };
    checkEnvelope(held);
    // the engine keeps a text of one byte for each character where it can, and a slice keeps its text
    const isAscii = !/[\u0080-\uffff]/.test(text);
    for (let i = 0; i < slices.flags.length; i++) {
      const slice = slices.flags[i] as string;
      const flag = JSON.parse(slice) as RulesetFlag;
      if (typeof flag.key !== 'string') return undefined;
      entries.set(flag.key, isAscii ? slice : JSON.stringify(flag));
      if (entries.size === i) return undefined;
      matches = note(flag.key, flag, ramps) || matches;
    }
    return { ...held, flags: createFlags(createLayers<string | RulesetFlag>(entries), ramps, matches) };
  } catch {
    return undefined;
  }
}

/** Whether it needs the compiler of patterns. */
function note(key: string, flag: RulesetFlag, ramps: Map<string, readonly RampedRule[]>): boolean {
  const found = rampsOf(flag);
  if (found.length > 0) ramps.set(key, found);
  else ramps.delete(key);
  return needsRegex({ flags: [flag], segments: [] });
}

function createFlags(entries: Entries, ramps: Ramps, matches: boolean): HeldFlags {
  const read = (entry: string | RulesetFlag): RulesetFlag =>
    typeof entry === 'string' ? (JSON.parse(entry) as RulesetFlag) : entry;
  const flags: HeldFlags = {
    needsRegex: matches,
    get(key) {
      const entry = entries.get(key);
      return entry === undefined ? undefined : read(entry);
    },
    has: (key) => entries.get(key) !== undefined,
    keys: () => Array.from(entries.entries(), ([key]) => key),
    text(key) {
      const entry = entries.get(key);
      return typeof entry === 'string' ? entry : JSON.stringify(entry);
    },
    ramps: () => [...ramps.values()].flat(),
    differing(others) {
      const changed = new Set<string>();
      for (const key of flags.keys()) if (!others.has(key) || others.text(key) !== flags.text(key)) changed.add(key);
      for (const key of others.keys()) if (!flags.has(key)) changed.add(key);
      return changed;
    },
    using(segments) {
      const names = [...segments].map((segment) => JSON.stringify(segment));
      // a text that has neither the name nor a character written in another way does not refer to it
      const may = (text: string) => text.includes('\\') || names.some((name) => text.includes(name));
      const found: string[] = [];
      for (const [key, entry] of entries.entries())
        if ((typeof entry !== 'string' || may(entry)) && refersTo(segments, read(entry))) found.push(key);
      return found;
    },
    patched(delta) {
      const marks = new Map(ramps);
      const fresh = new Map<string, string>();
      let needs = matches;
      for (const key of delta.removedFlags) marks.delete(key);
      for (const flag of delta.flags) {
        fresh.set(flag.key, JSON.stringify(flag));
        needs = note(flag.key, flag, marks) || needs;
      }
      const next = entries.changed(
        delta.removedFlags.filter((key) => !fresh.has(key)),
        fresh,
      );
      return createFlags(next, marks, needs);
    },
  };
  return flags;
}

function refersTo(segments: ReadonlySet<string>, flag: RulesetFlag): boolean {
  // a malformed flag is judged when it is asked for, alone
  const rules = Array.isArray(flag.rules) ? (flag.rules as RulesetFlag['rules']) : [];
  const uses = (reference: { readonly segment?: unknown } | null) => segments.has(String(reference?.segment));
  return rules.some((rule) => Array.isArray(rule?.segments) && rule.segments.some(uses));
}
