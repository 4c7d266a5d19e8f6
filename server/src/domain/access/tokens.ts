import type { Change, Stored } from '../ports.ts';
import type { Actor, Token, TokenKind } from './access.ts';

/** How our tokens begin, so that people and secret scanners know them. */
export const PREFIXES: Readonly<Record<TokenKind, string>> = {
  server: 'bg_srv_',
  client: 'bg_web_',
  admin: 'bg_adm_',
  pipeline: 'bg_pip_',
};

/** What others may know of a token. */
export type TokenView = Omit<Token, 'hash' | 'usedAt'> & {
  /** When it was last used, ms, at most an hour late; null: never. */
  readonly usedAt: number | null;
};

/** A token without its hash. */
export function tokenViewOf({ hash: _, ...token }: Token): TokenView {
  return { ...token, usedAt: token.usedAt ?? null };
}

/** The first and last characters; of a short one given at bootstrap fewer. */
export function hintOf(secret: string): string {
  return secret.length < 40 ? `${secret.slice(0, 3)}…` : `${secret.slice(0, 9)}…${secret.slice(-4)}`;
}

function entry(actor: Actor, action: string, token: Token, summary: string, reason: string | null = null) {
  const { name, kind, project, environment } = token;
  const after = action === 'token.created' ? { name, kind, expiresAt: token.expiresAt, origins: token.origins } : null;
  return { actor, action, project, environment, object: `token/${token.id}`, summary, before: null, after, reason };
}

/** Where a token works, in words. */
function placeOf({ project, environment }: Token): string {
  if (project === null) return 'everything';
  return environment === null ? project : `${project}/${environment}`;
}

/** A new token. */
export function createToken(token: Token, actor: Actor): Change {
  const summary = `${token.kind} token “${token.name}” was made for ${placeOf(token)}`;
  return {
    environments: [],
    writes: [{ put: 'token', entity: token, basedOn: null }],
    audit: [entry(actor, 'token.created', token, summary)],
  };
}

/** Ends a token; one that has ended already stays as it is. */
export function revokeToken(
  { entity: token, version }: Stored<Token>,
  reason: string | null,
  actor: Actor,
  at: number,
): Change | null {
  if (token.revokedAt !== null) return null;
  return {
    environments: [],
    writes: [{ put: 'token', entity: { ...token, revokedAt: at }, basedOn: version }],
    audit: [entry(actor, 'token.revoked', token, `${token.kind} token “${token.name}” was revoked`, reason)],
  };
}
