import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { TokenKind } from './domain/access/access.ts';
import { accountEmail, passwordMistake } from './domain/access/credentials.ts';
import { DEFAULT_PROJECT, type NewProject } from './domain/access/first-owner.ts';
import { BurgeeError, type FieldError, invalid } from './domain/errors.ts';

/** What a bootstrap file asks for, secrets looked up. */
export interface Bootstrap {
  readonly owner: { readonly email: string; readonly name: string; readonly password: string };
  readonly projects: readonly NewProject[];
  readonly tokens: readonly BootstrapToken[];
}

/** A token of the file; without a secret one is made and printed once. */
export interface BootstrapToken {
  readonly kind: TokenKind;
  readonly name: string;
  readonly project: string | null;
  readonly environment: string | null;
  readonly origins: readonly string[];
  readonly secret: string | null;
}

const key = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'must be 1 to 100 of a-z, 0-9, ".", "_", "-", beginning with a letter or digit');
const name = z.string().trim().min(1, 'must not be empty').max(100);
const secret = z.union([z.string(), z.strictObject({ env: z.string().min(1) })], {
  error: 'must be a string or { env: NAME }',
});
const schema = z.strictObject({
  owner: z.strictObject({ email: z.string(), name: name.optional(), password: secret }),
  projects: z
    .array(z.strictObject({ key, name, environments: z.array(z.strictObject({ key, name })).min(1, 'must name at least one') }))
    .min(1, 'must name at least one')
    .optional(),
  tokens: z
    .array(
      z.strictObject({
        kind: z.enum(['server', 'client', 'admin', 'pipeline']),
        name,
        project: key.optional(),
        environment: key.optional(),
        origins: z.array(z.string()).optional(),
        secret: secret.optional(),
      }),
    )
    .default([]),
});
const SECRET = /^[A-Za-z0-9._~-]{24,200}$/;

/**
 * Reads a bootstrap file. Throws one `invalid` with all mistakes, whose fields begin with the file's name where it is given;
 * secrets are never repeated.
 */
export function readBootstrap(text: string, env: Readonly<Record<string, string | undefined>>, file?: string): Bootstrap {
  try {
    return read(text, env);
  } catch (error) {
    if (file === undefined || !(error instanceof BurgeeError)) throw error;
    const fields = error.details.fields as readonly FieldError[];
    throw invalid(...fields.map(({ field, message }) => ({ field: `${file}: ${field}`, message })));
  }
}

function read(text: string, env: Readonly<Record<string, string | undefined>>): Bootstrap {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined) throw invalid({ field: `line ${lines.linePos(broken.pos[0]).line}`, message: broken.message });
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 20 }));
  if (!parsed.success) throw invalid(...parsed.error.issues.flatMap(mistakesOf));

  const mistakes: FieldError[] = [];
  const refuse = (field: string, message: string) => void mistakes.push({ field, message });
  const secretOf = (value: string | { env: string }, field: string): string => {
    if (typeof value === 'string') return value;
    const found = env[value.env];
    if (found === undefined || found === '') refuse(field, `the environment variable ${value.env} is not set`);
    return found ?? '';
  };
  const { owner, projects = [DEFAULT_PROJECT], tokens } = parsed.data;
  const email = accountEmail(owner.email);
  if (email === null) refuse('owner.email', 'must be an e-mail address');
  const password = secretOf(owner.password, 'owner.password');
  const weak = password === '' ? null : passwordMistake(password);
  if (weak !== null) refuse('owner.password', weak);

  refuseTwins(projects, 'projects', refuse);
  projects.forEach((project, i) => void refuseTwins(project.environments, `projects[${i}].environments`, refuse));
  const secrets = new Map<string, string>();
  const wanted = tokens.map((token, i): BootstrapToken => {
    const at = `tokens[${i}]`;
    checkPlace(token, at, projects, refuse);
    if (token.origins !== undefined && token.kind !== 'client') refuse(`${at}.origins`, 'only client tokens are for pages');
    const value = token.secret === undefined ? null : secretOf(token.secret, `${at}.secret`);
    if (value !== null && value !== '') {
      if (!SECRET.test(value)) refuse(`${at}.secret`, 'must be 24 to 200 of A-Z, a-z, 0-9, ".", "_", "~" and "-"');
      const twin = secrets.get(value);
      if (twin !== undefined) refuse(`${at}.secret`, `is the same as ${twin}.secret`);
      secrets.set(value, at);
    }
    const { kind, name, project = null, environment = null, origins = [] } = token;
    return { kind, name, project, environment, origins, secret: value };
  });
  if (mistakes.length > 0) throw invalid(...mistakes);
  return { owner: { email: email ?? '', name: owner.name ?? email ?? '', password }, projects, tokens: wanted };
}

type Refuse = (field: string, message: string) => void;

function refuseTwins(list: readonly { readonly key: string }[], field: string, refuse: Refuse): void {
  list.forEach(({ key }, i) => {
    if (list.findIndex((other) => other.key === key) < i) refuse(`${field}[${i}].key`, `${key} is there twice`);
  });
}

function checkPlace(
  token: { readonly kind: TokenKind; readonly project?: string | undefined; readonly environment?: string | undefined },
  at: string,
  projects: readonly NewProject[],
  refuse: Refuse,
): void {
  const { kind, project, environment } = token;
  if (kind !== 'admin' && project === undefined) refuse(`${at}.project`, `is missing: a ${kind} token is for one environment`);
  if (kind !== 'admin' && environment === undefined)
    refuse(`${at}.environment`, `is missing: a ${kind} token is for one environment`);
  if (project === undefined) {
    if (environment !== undefined && kind === 'admin') refuse(`${at}.project`, 'is missing: environments belong to projects');
    return;
  }
  const found = projects.find(({ key }) => key === project);
  if (found === undefined) refuse(`${at}.project`, `${project} is not among the projects of this file`);
  else if (environment !== undefined && !found.environments.some(({ key }) => key === environment))
    refuse(`${at}.environment`, `${environment} is not among the environments of ${project}`);
}

function mistakesOf(issue: z.core.$ZodIssue): FieldError[] {
  const at = issue.path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text === '' ? '' : '.'}${String(part)}`),
    '',
  );
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: at === '' ? key : `${at}.${key}`, message: 'unknown field' }));
  return [{ field: at === '' ? 'file' : at, message: issue.message }];
}
