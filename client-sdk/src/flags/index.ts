/**
 * What the compiler knows of a project's flags. Types only: nothing here exists at run time.
 *
 * `burgee types` writes a declaration file that fills in `Flags` and `Attributes`; every entry of this package then takes those
 * keys, values and attributes only. Without such a file both are empty, and any string is a key.
 */
import type { FlagType } from '@burgee/engine';

/** What `Flags` holds of each flag. */
export interface FlagShape {
  readonly type: FlagType;
  /** Every value that one of its variants has. */
  readonly value: unknown;
  /** The keys of its variants. */
  readonly variant: string;
}

/** Flag keys, each with its `FlagShape`; filled in by declaration merging. */
// biome-ignore lint/suspicious/noEmptyInterface: other files add to it
export interface Flags {}

/** Attributes of contexts, each with the type that conditions compare it with; filled in by declaration merging. */
// biome-ignore lint/suspicious/noEmptyInterface: other files add to it
export interface Attributes {}

/** What an attribute may be: one value, a list of which any may meet a condition, or nothing. */
export type Attribute<T> = T | readonly T[] | null | undefined;

/** `Known` where flags are declared, else `Unknown`. */
export type WhereKnown<Known, Unknown> = [keyof Flags] extends [never] ? Unknown : Known;

/** The keys of all flags, or of those of some type; any string where none is declared. */
export type FlagKey<T extends FlagType = FlagType> = WhereKnown<
  { [K in keyof Flags]: Flags[K] extends { readonly type: T } ? K : never }[keyof Flags],
  string
>;

/** What a flag may serve; `Unknown` where its key is not declared. */
export type FlagValue<K, Unknown = unknown> = K extends keyof Flags
  ? Flags[K] extends { readonly value: infer V }
    ? V
    : never
  : Unknown;

/** The keys of a flag's variants; any string where its key is not declared. */
export type FlagVariant<K> = K extends keyof Flags
  ? Flags[K] extends { readonly variant: infer V extends string }
    ? V
    : never
  : string;

/** Who is asking: declared attributes have their type, others may be anything. */
export interface Context extends Attributes {
  /** Identifies the unit. */
  readonly targetingKey?: string;
  readonly [attribute: string]: unknown;
}
