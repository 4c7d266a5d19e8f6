import { CommandError, EXIT, exitFor } from './exit.ts';
import type { Settings } from './settings.ts';

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly title?: string;
  readonly fields?: readonly { readonly field: string; readonly message: string }[];
}

/** One request's answer. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

const TIMEOUT_MS = 15_000;

/** The server's HTTP API as this user. Refusals become `CommandError`s with the exit code that pipelines expect. */
export class Api {
  readonly settings: Settings;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** Path parts are encoded by `path`. `version` becomes If-Match. */
  async request<T>(method: string, path: string, body?: unknown, version?: number): Promise<Answer<T>> {
    const { status, text } = await this.#send({ method, path, body, version, accept: 'application/json' });
    return { status, body: parse(text) as T };
  }

  async #send(wanted: {
    readonly method: string;
    readonly path: string;
    readonly accept: string;
    readonly body?: unknown;
    readonly version?: number | undefined;
  }): Promise<{ readonly status: number; readonly text: string }> {
    const { method, path, body, version, accept } = wanted;
    const { url, token } = this.settings;
    if (token === null)
      throw new CommandError(EXIT.usage, 'unauthenticated', 'no token: run `burgee login`, or give --token or BURGEE_TOKEN');
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          accept,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
        },
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (error) {
      throw new CommandError(EXIT.failed, 'unreachable', `${url} cannot be reached: ${reasonOf(error)}`);
    }
    if (response.ok) return { status: response.status, text };
    throw problemOf(response.status, (parse(text) ?? {}) as Problem);
  }

  async get<T>(path: string): Promise<T> {
    return (await this.request<T>('GET', path)).body;
  }

  /** What the server has in another media type, as it is. */
  async text(path: string, accept: string): Promise<string> {
    return (await this.#send({ method: 'GET', path, accept })).text;
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return (await this.request<T>('POST', path, body)).body;
  }
}

/** Joins path parts, each encoded. */
export function path(...parts: readonly string[]): string {
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

function problemOf(status: number, problem: Problem): CommandError {
  const code = problem.code ?? `http_${status}`;
  const fields = problem.fields?.map(({ field, message }) => `\n  ${field}: ${message}`).join('') ?? '';
  const told =
    fields === '' ? (problem.detail ?? problem.title ?? `the server answered ${status}`) : `the request is not right:${fields}`;
  return new CommandError(exitFor(status, code), code, told, problem);
}

function parse(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1_000} s`;
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : error.message;
}
