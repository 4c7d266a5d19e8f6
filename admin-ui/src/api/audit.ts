import { api, query, request } from './client.ts';
import type { AuditPage } from './resources.ts';

/** What the address of the audit may say; days are local, `2026-11-29`. */
export interface AuditSearch {
  readonly environment?: string | undefined;
  readonly object?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Everything on this server, and not one project alone. */
  readonly whole?: true | undefined;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The beginning of a local day, some days later, ms. */
export function dayStart(day: string | undefined, later = 0): number | undefined {
  if (day === undefined || !DAY.test(day)) return undefined;
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + later);
  return Number.isNaN(at.getTime()) ? undefined : at.getTime();
}

export function auditEntries(
  project: string,
  { since, until, whole, ...filter }: AuditSearch,
  before?: number,
): Promise<AuditPage> {
  const path = whole ? api('audit') : api('projects', project, 'audit');
  return request<AuditPage>(
    'GET',
    `${path}${query({ ...filter, from: dayStart(since), to: dayStart(until, 1), before, limit: 60 })}`,
  );
}
