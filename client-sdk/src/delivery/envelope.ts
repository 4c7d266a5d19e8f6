import type { Delta, Override, Revision } from '@burgee/engine';
import { type Held, holdText } from './held.ts';

/** What the server sends, checked as far as evaluating it safely needs. */
export type Message = { readonly kind: 'ruleset'; readonly ruleset: Held } | { readonly kind: 'delta'; readonly delta: Delta };

/** The hex SHA-256 of a text's UTF-8 bytes. */
export type Digest = (text: string) => string;

/** The most that a ruleset may weigh, in bytes; a larger one is refused and the last good one stays. */
export const MAX_RULESET_BYTES = 20 * 1024 * 1024;

const HEAD = /^\{"sha256":"([0-9a-f]{64})","(ruleset|delta)":/;

/** Opens an envelope (engine's wire.ts): digest over the body's bytes as sent, then its shape. Throws an Error that says what is wrong. */
export function openEnvelope(text: string, digest: Digest): Message {
  const head = HEAD.exec(text);
  const trimmed = text.endsWith('\n') ? text.slice(0, -1) : text;
  if (head === null || !trimmed.endsWith('}')) throw new Error('not a ruleset envelope');
  const body = trimmed.slice(head[0].length, -1);
  if (digest(body) !== head[1]) throw new Error('the checksum does not match');
  if (head[2] === 'ruleset') {
    // not of the body, for a text is read quicker than a slice of it
    const ruleset = holdText(text, head[0].length, trimmed.length - 1);
    if (!hasOverrides(ruleset)) throw new Error('not a ruleset of schema 1');
    return { kind: 'ruleset', ruleset };
  }
  const value: unknown = JSON.parse(body);
  if (!isDelta(value)) throw new Error('not a delta of schema 1');
  return { kind: 'delta', delta: value };
}

function isDelta(value: unknown): value is Delta {
  return (
    isObject(value) &&
    value.schema === 1 &&
    isRevision(value.revision) &&
    isKeyed(value.flags) &&
    isKeyed(value.segments) &&
    isStrings(value.removedFlags) &&
    isStrings(value.removedSegments) &&
    hasOverrides(value)
  );
}

export function isRevision(value: unknown): value is Revision {
  return isObject(value) && isCount(value.epoch) && isCount(value.n);
}

export function isOverride(value: unknown): value is Override {
  return (
    isObject(value) &&
    typeof value.id === 'string' &&
    typeof value.flag === 'string' &&
    typeof value.rule === 'string' &&
    typeof value.percent === 'number' &&
    value.percent >= 0 &&
    value.percent <= 100
  );
}

function hasOverrides({
  overrides,
  overridesApplied,
}: {
  readonly overrides?: unknown;
  readonly overridesApplied?: unknown;
}): boolean {
  return (
    (overrides === undefined || (Array.isArray(overrides) && overrides.every(isOverride))) &&
    (overridesApplied === undefined || isStrings(overridesApplied))
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');
const isKeyed = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => isObject(item) && typeof item.key === 'string');
