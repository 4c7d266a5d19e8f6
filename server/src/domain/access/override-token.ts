import { type By, type Decision, unchanged } from '../decision.ts';
import type { Environment, OverrideKey } from '../environment.ts';
import type { Flag } from '../flag/flag.ts';
import { demand } from '../mistakes.ts';
import type { Change, Stored, Write } from '../ports.ts';
import { checkLine, checkUnique } from '../text-check.ts';

/** A variant that a token serves, whatever the flag's rules say. */
export interface OverriddenFlag {
  readonly flag: string;
  readonly variant: string;
}

/** What an override token says. The token itself is kept nowhere. */
export interface OverrideToken {
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  readonly flags: readonly OverriddenFlag[];
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A key and the half of it that signs. */
export interface OverrideKeyPair extends Omit<OverrideKey, 'createdAt'> {
  /** 32 bytes, base64url. */
  readonly secret: string;
}

export interface NewOverrideToken {
  readonly flags: readonly OverriddenFlag[];
  /** How long it is taken, ms; one hour where it is not said. */
  readonly lifetimeMs?: number | undefined;
  /** What for, in the audit. */
  readonly note?: string | undefined;
}

const HOUR_MS = 3_600_000;
const MOST_FLAGS = 20;
const LIFETIME = { least: 60_000, most: 24 * HOUR_MS, usual: HOUR_MS };

/** Names the stored secret of an environment's key. */
export function overrideSigningKey(environment: Environment, key: Pick<OverrideKey, 'id'>): string {
  return `overrides/${environment.project}/${environment.key}/${key.id}`;
}

/**
 * Makes an override token, and for the first of an environment its key, which `fresh` is: SDKs hear of that with the next revision.
 * `key` is what the token is signed with. Throws `invalid`.
 */
export function createOverrideToken(
  subject: {
    readonly environment: Stored<Environment>;
    /** Those of the wanted flags that there are. */
    readonly flags: readonly Flag[];
    readonly fresh: OverrideKeyPair;
    readonly id: string;
  },
  { flags, lifetimeMs = LIFETIME.usual, note }: NewOverrideToken,
  { actor, at }: By,
): { readonly token: OverrideToken; readonly key: Pick<OverrideKey, 'id' | 'publicKey'>; readonly change: Change } {
  const { environment, fresh, id } = subject;
  checkToken(subject.flags, { flags, lifetimeMs, note });
  const { project, key: place, overrideKey } = environment.entity;
  const token: OverrideToken = {
    ...{ id, project, environment: place, createdAt: at, expiresAt: at + lifetimeMs },
    flags: flags.map(({ flag, variant }) => ({ flag, variant })),
  };
  const { secret, ...publicHalf } = fresh;
  const entity = { ...environment.entity, overrideKey: { ...publicHalf, createdAt: at } };
  const writes: Write[] = [
    { put: 'environment', entity, basedOn: environment.version },
    { put: 'signingKey', entity: { id: overrideSigningKey(entity, fresh), secret, createdAt: at }, basedOn: null },
  ];
  const change: Change = {
    environments: overrideKey ? [] : [{ project, environment: place }],
    writes: overrideKey ? [] : writes,
    audit: [
      {
        ...{ actor, action: 'override.created', project, environment: place, object: `override/${id}` },
        summary: `Override token made for ${flags.map(({ flag, variant }) => `${flag} = ${variant}`).join(', ')}.`,
        ...{ before: null, after: { flags: token.flags, expiresAt: token.expiresAt }, reason: note ?? null },
      },
    ],
  };
  return { token, key: overrideKey ?? publicHalf, change };
}

/** Ends every override token of an environment: the next one gets another key. Throws `invalid`. */
export function revokeOverrides(
  environment: Stored<Environment>,
  { reason }: { readonly reason?: string | undefined },
  { actor }: By,
): Decision<Environment> {
  demand((refuse) => {
    if (reason !== undefined) checkLine(reason, 'reason', { min: 1, max: 500 }, refuse);
  });
  const { overrideKey, ...entity } = environment.entity;
  if (overrideKey === undefined) return unchanged(environment);
  const place = { project: entity.project, environment: entity.key };
  const change: Change = {
    environments: [place],
    writes: [
      { put: 'environment', entity, basedOn: environment.version },
      { remove: 'signingKey', key: { id: overrideSigningKey(entity, overrideKey) }, basedOn: 'any' },
    ],
    audit: [
      {
        ...{ actor, action: 'override.revoked', ...place, object: `environment/${entity.key}` },
        summary: `All override tokens of ${entity.key} revoked.`,
        ...{ before: null, after: null, reason: reason ?? null },
      },
    ],
  };
  return { result: { entity, version: environment.version + 1 }, change };
}

function checkToken(known: readonly Flag[], { flags, lifetimeMs, note }: NewOverrideToken): void {
  const byKey = new Map(known.map((flag) => [flag.key, flag]));
  demand((refuse) => {
    if (flags.length < 1 || flags.length > MOST_FLAGS) refuse('flags', `must be 1 to ${MOST_FLAGS} flags`);
    checkUnique(
      flags.map(({ flag }) => flag),
      (index) => `flags[${index}].flag`,
      refuse,
    );
    flags.forEach(({ flag: key, variant }, index) => {
      const flag = byKey.get(key);
      if (flag === undefined || flag.archived) refuse(`flags[${index}].flag`, `is no flag of this project that is in use`);
      else if (!flag.variants.some((one) => one.key === variant))
        refuse(`flags[${index}].variant`, `must be one of ${flag.variants.map((one) => one.key).join(', ')}`);
    });
    if (
      lifetimeMs !== undefined &&
      !(Number.isInteger(lifetimeMs) && lifetimeMs >= LIFETIME.least && lifetimeMs <= LIFETIME.most)
    )
      refuse('lifetimeMs', `must be a whole number from ${LIFETIME.least} (a minute) to ${LIFETIME.most} (a day)`);
    if (note !== undefined) checkLine(note, 'note', { min: 1, max: 200 }, refuse);
  });
}
