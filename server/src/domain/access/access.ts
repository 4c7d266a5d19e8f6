/** What a person may do everywhere. */
export type Role = 'viewer' | 'editor' | 'admin';

/** What a token is for. */
export type TokenKind = 'server' | 'client' | 'admin' | 'pipeline';

/** A person. */
export interface User {
  readonly id: string;
  /** Lower case, unique. */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** scrypt with its parameters; null: cannot log in by password. */
  readonly passwordHash: string | null;
  readonly disabled: boolean;
  readonly createdAt: number;
  /** A link with which this person can choose a password once; the secret in it is kept as its SHA-256 (hex) only. */
  readonly invitation?: { readonly hash: string; readonly expiresAt: number };
}

/** A logged-in browser. The cookie's value is never stored, only its SHA-256 (hex), which is the session's id. */
export interface Session {
  readonly id: string;
  readonly user: string;
  readonly createdAt: number;
  /** Written at most once a minute. */
  readonly seenAt: number;
  readonly userAgent: string;
}

/** A key that a program holds. The secret is never stored, only the SHA-256 (hex) of the whole token. */
export interface Token {
  readonly id: string;
  readonly kind: TokenKind;
  readonly name: string;
  /** null (admin tokens only): every project. */
  readonly project: string | null;
  /** null (admin tokens only): every environment of the project. */
  readonly environment: string | null;
  readonly hash: string;
  /** The first and last characters, to recognise it by. */
  readonly hint: string;
  /** Origins whose pages may use a client token (CORS); empty: any. */
  readonly origins: readonly string[];
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** When it was last seen, ms, at most an hour late; absent: never. */
  readonly usedAt?: number;
}

/** Everything that a route can demand. Each route names exactly one where it is defined. */
export const PERMISSIONS = [
  'public', // anyone, also before setup: health and the setup page's answers
  'open', // anyone once setup is done: login, the UI's files
  'identity', // any person or token: who am I
  'me', // any person, about themselves
  'project:read',
  'project:write',
  'environment:write',
  'flag:read',
  'flag:write',
  'state:write',
  'state:kill',
  'override:write',
  'segment:read',
  'segment:write',
  'rollout:read',
  'rollout:start',
  'rollout:control',
  'rollout:revert',
  'plan:read',
  'plan:write',
  'source:read',
  'source:write',
  'notice:read',
  'notice:write',
  'token:read',
  'token:write',
  'user:read',
  'user:write',
  'audit:read',
  'sdk:ruleset',
  'sdk:report',
  'ofrep:evaluate',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Who is asking, as the server knows it. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly user: User; readonly session: string }
  | { readonly kind: 'token'; readonly token: Token };

/** Where a route acts; both null: everywhere (users, projects as a whole). */
export interface Scope {
  readonly project: string | null;
  readonly environment: string | null;
}

const READ: readonly Permission[] = [
  'me',
  'project:read',
  'flag:read',
  'segment:read',
  'rollout:read',
  'plan:read',
  'source:read',
  'notice:read',
  'audit:read',
];
const EDIT: readonly Permission[] = [
  ...READ,
  'flag:write',
  'state:write',
  'state:kill',
  'override:write',
  'segment:write',
  'plan:write',
  'source:write',
  'notice:write',
  'rollout:start',
  'rollout:control',
  'rollout:revert',
];
const ADMIN: readonly Permission[] = [
  ...EDIT,
  'project:write',
  'environment:write',
  'token:read',
  'token:write',
  'user:read',
  'user:write',
];
const ROLES: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(READ),
  editor: new Set(EDIT),
  admin: new Set(ADMIN),
};
const TOKENS: Readonly<Record<TokenKind, ReadonlySet<Permission>>> = {
  server: new Set(['sdk:ruleset', 'sdk:report', 'ofrep:evaluate']),
  client: new Set(['sdk:ruleset', 'sdk:report', 'ofrep:evaluate']),
  admin: new Set(ADMIN.filter((p) => p !== 'me')),
  pipeline: new Set([
    'flag:read',
    'plan:read',
    'rollout:read',
    'rollout:start',
    'rollout:control',
    'rollout:revert',
    'override:write',
  ]),
};

/**
 * Whether a principal may do this there. A token acts only inside its own project and environment, whether others exist or
 * not; one of an environment may read what is the whole project's only where that says nothing of other environments (plans).
 */
export function may(principal: Principal, permission: Permission, scope: Scope): boolean {
  if (permission === 'public' || permission === 'open') return true;
  if (principal.kind === 'anonymous') return false;
  if (principal.kind === 'user')
    return !principal.user.disabled && (permission === 'identity' || ROLES[principal.user.role].has(permission));
  const { token } = principal;
  if (permission === 'identity') return true;
  if (!TOKENS[token.kind].has(permission)) return false;
  if (token.project !== null && token.project !== scope.project) return false;
  if (token.environment === null || token.environment === scope.environment) return true;
  return scope.environment === null && permission === 'plan:read';
}

/** Everything that a principal may do in its own scope: what the UI shows and hides by. */
export function permissionsOf(principal: Principal): readonly Permission[] {
  if (principal.kind === 'anonymous') return [];
  if (principal.kind === 'user') return principal.user.disabled ? [] : [...ROLES[principal.user.role]];
  return [...TOKENS[principal.token.kind]];
}

/** What an audit entry and a change call the principal. */
export function actorOf(principal: Principal): Actor {
  if (principal.kind === 'user')
    return { kind: 'user', id: principal.user.id, name: principal.user.name || principal.user.email };
  if (principal.kind === 'token') return { kind: 'token', id: principal.token.id, name: principal.token.name };
  return { kind: 'anonymous', id: '', name: 'anonymous' };
}

/** Who made a change: a person, a token, or Burgee itself (the controller, bootstrap). */
export interface Actor {
  readonly kind: 'user' | 'token' | 'burgee' | 'anonymous';
  readonly id: string;
  readonly name: string;
}
