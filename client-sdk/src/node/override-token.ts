import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { OverrideKey, Ruleset } from '@burgee/engine';

/** What a token that may be trusted says. */
export interface OverrideToken {
  /** As it came, to be passed on. */
  readonly text: string;
  /** Flag to variant. */
  readonly variants: ReadonlyMap<string, string>;
}

/** A token that is taken, or why it is not. */
export type Verdict = OverrideToken | { readonly refused: string };

/** Verifies tokens with the key of the ruleset that is held. Costs about 0.1 ms for a token that is not known yet; never throws. */
export type Verifier = (text: string) => Verdict;

const LONGEST = 4_096;
/** Header and payload as base64url, and the 64 bytes of an Ed25519 signature. */
const FORM = /^([\w-]+)\.([\w-]+)\.([\w-]{86})$/;
const ALGORITHM = 'EdDSA';
const TYPE = 'burgee-override+jwt';
const ISSUER = 'burgee';
const MOST_LIFE_S = 24 * 3_600;
/** How far the server's clock may be ahead of ours. */
const SKEW_S = 60;
const MOST_FLAGS = 20;
const KEPT = 100;

interface Known {
  readonly key: OverrideKey;
  readonly claims: Claims;
}

interface Claims {
  readonly audience: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly variants: ReadonlyMap<string, string>;
}

/** `held` is the ruleset in force; `now` is in ms. */
export function createVerifier(held: () => Omit<Ruleset, 'flags'> | undefined, now: () => number): Verifier {
  /** Tokens whose signature was found to be right, newest last. Time and place are looked at each time. */
  const known = new Map<string, Known>();
  let opened: { readonly key: OverrideKey; readonly object: KeyObject } | undefined;

  const open = (key: OverrideKey): KeyObject => {
    if (opened?.key.id !== key.id || opened.key.publicKey !== key.publicKey)
      opened = { key, object: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey }, format: 'jwk' }) };
    return opened.object;
  };

  const claimsOf = (text: string, key: OverrideKey): Claims | string => {
    const before = known.get(text);
    if (before !== undefined && before.key.id === key.id && before.key.publicKey === key.publicKey) return before.claims;
    const [, header = '', payload = '', signature = ''] = FORM.exec(text) ?? [];
    if (signature === '') return 'it is no token';
    const { alg, typ, kid, ...more } = read(header);
    if (alg !== ALGORITHM || typ !== TYPE || Object.keys(more).length > 0) return 'it is no override token';
    if (kid !== key.id) return 'its key is not the one of this environment, or was revoked';
    const bytes = Buffer.from(signature, 'base64url');
    if (bytes.toString('base64url') !== signature) return 'it is no token';
    if (!verify(null, Buffer.from(`${header}.${payload}`), open(key), bytes)) return 'its signature is wrong';
    const claims = readClaims(read(payload));
    if (claims === undefined) return 'it says something that override tokens do not';
    known.set(text, { key, claims });
    if (known.size > KEPT) known.delete(known.keys().next().value ?? '');
    return claims;
  };

  return (text) => {
    try {
      const ruleset = held();
      const key = ruleset?.overrideKey;
      if (text.length > LONGEST) return { refused: `it is longer than ${LONGEST} characters` };
      if (ruleset === undefined || key === undefined) return { refused: 'there are none in this environment' };
      const claims = claimsOf(text, key);
      if (typeof claims === 'string') return { refused: claims };
      const { audience, issuedAt, expiresAt, variants } = claims;
      const seconds = now() / 1_000;
      if (audience !== `${ruleset.project}/${ruleset.environment}`) return { refused: 'it is for another environment' };
      if (seconds >= expiresAt) return { refused: 'it has expired' };
      if (issuedAt > seconds + SKEW_S || expiresAt - issuedAt > MOST_LIFE_S) return { refused: 'its times cannot be' };
      return { text, variants };
    } catch {
      return { refused: 'it cannot be read' };
    }
  };
}

function read(part: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function readClaims({ iss, aud, iat, exp, flags }: Readonly<Record<string, unknown>>): Claims | undefined {
  if (iss !== ISSUER || typeof aud !== 'string' || !Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) return undefined;
  if (!Array.isArray(flags) || flags.length > MOST_FLAGS || !flags.every(isPair)) return undefined;
  return { audience: aud, issuedAt: Number(iat), expiresAt: Number(exp), variants: new Map(flags) };
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}
