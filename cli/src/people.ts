import { hostname } from 'node:os';
import { CommandError, EXIT, exitFor } from './exit.ts';

interface Refusal {
  readonly code?: string;
  readonly detail?: string;
}

/**
 * Logs in as a person for long enough to make an admin token for this machine, and gives its secret: the first token of a new
 * server comes from here. Only admins may make tokens.
 */
export async function tokenForPerson(url: string, email: string, password: string): Promise<string> {
  const asked = async (path: string, body: unknown, headers: Record<string, string>): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(url + path, {
        method: 'POST',
        // a session's writes must come from the server's own address
        headers: { 'content-type': 'application/json', origin: new URL(url).origin, 'x-burgee': '1', ...headers },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(15_000),
      });
    } catch (error) {
      throw new CommandError(
        EXIT.failed,
        'unreachable',
        `${url} cannot be reached: ${error instanceof Error ? error.message : ''}`,
      );
    }
    if (response.ok) return response;
    const refusal = (await response.json().catch(() => ({}))) as Refusal;
    const code = refusal.code ?? `http_${response.status}`;
    throw new CommandError(
      exitFor(response.status, code),
      code,
      refusal.detail ?? `the server answered ${response.status}`,
      refusal,
    );
  };

  const login = await asked('/api/v1/login', { email, password }, {});
  const cookie = login.headers
    .getSetCookie()
    .map((set) => set.split(';')[0] ?? '')
    .join('; ');
  try {
    const made = await asked('/api/v1/tokens', { name: `command line on ${hostname()}`.slice(0, 100) }, { cookie });
    return ((await made.json()) as { secret: string }).secret;
  } finally {
    await asked('/api/v1/logout', {}, { cookie }).catch(() => undefined);
  }
}
