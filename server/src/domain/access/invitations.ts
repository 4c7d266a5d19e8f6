import { BurgeeError } from '../errors.ts';
import type { Change, Stored } from '../ports.ts';
import type { Actor, Session, User } from './access.ts';

/** How long a link is good, ms. */
export const INVITATION_MS = 3 * 86_400_000;

function entry(actor: Actor, action: string, user: User, summary: string) {
  const about = { project: null, environment: null, object: `user/${user.id}` };
  return { actor, action, ...about, summary, before: null, after: null, reason: null };
}

/** Gives a person a link; an earlier one no longer works. Throws `conflict` for somebody disabled. */
export function invite({ entity: user, version }: Stored<User>, hash: string, actor: Actor, at: number): Change {
  if (user.disabled) throw new BurgeeError('conflict', `${user.email} is disabled: let them in again first`);
  const expiresAt = at + INVITATION_MS;
  const summary = `${user.email} was given a link to choose a password, good until ${new Date(expiresAt).toISOString()}`;
  return {
    environments: [],
    writes: [{ put: 'user', entity: { ...user, invitation: { hash, expiresAt } }, basedOn: version }],
    audit: [entry(actor, 'user.invited', user, summary)],
  };
}

/** Whether this is the secret of a link that is still good. */
export function isInvited({ invitation, disabled }: User, hash: string, at: number): boolean {
  return !disabled && invitation !== undefined && invitation.hash === hash && at < invitation.expiresAt;
}

/** A person chooses a password by link: the link is used up, and every session of before ends. */
export function acceptInvitation(
  { entity, version }: Stored<User>,
  passwordHash: string,
  sessions: readonly Stored<Session>[],
): Change {
  const { invitation: _, ...rest } = entity;
  const actor: Actor = { kind: 'user', id: entity.id, name: entity.name || entity.email };
  return {
    environments: [],
    writes: [
      { put: 'user', entity: { ...rest, passwordHash }, basedOn: version },
      ...sessions.map((one) => ({ remove: 'session' as const, key: { id: one.entity.id }, basedOn: 'any' as const })),
    ],
    audit: [entry(actor, 'user.password_chosen', entity, `${entity.email} chose a password by link`)],
  };
}
