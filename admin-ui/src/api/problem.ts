import type { ErrorCode, FieldError } from '@burgee/server/api';

/** What the server refused and why, or that it could not be reached (`status` 0, code `unreachable`). */
export class Problem extends Error {
  readonly status: number;
  readonly code: ErrorCode | 'unreachable' | 'unexpected';
  readonly fields: readonly FieldError[];
  readonly details: Readonly<Record<string, unknown>>;
  constructor(status: number, code: Problem['code'], message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.details = details;
    this.fields = Array.isArray(details.fields) ? (details.fields as FieldError[]) : [];
  }

  /** The message about one field, if the server named it. */
  about(field: string): string | undefined {
    return this.fields.find((f) => f.field === field)?.message;
  }
}

/** A problem+json answer as a Problem. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (body === null || typeof body !== 'object' || !('code' in body)) {
    return new Problem(response.status, 'unexpected', `${response.status} ${response.statusText}`.trim());
  }
  const details = body as Record<string, unknown>;
  const message = String(details.detail ?? details.title ?? response.statusText);
  return new Problem(response.status, details.code as ErrorCode, message, details);
}
