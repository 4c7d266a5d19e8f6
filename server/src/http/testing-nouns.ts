import { auditRoutes } from './audit.ts';
import { environmentRoutes } from './environments.ts';
import { eventRoutes } from './events.ts';
import { flagRoutes } from './flags/flags.ts';
import { ownerRoutes } from './flags/owners.ts';
import { promotionRoutes } from './flags/promotion.ts';
import { segmentRoutes } from './flags/segments.ts';
import { stateRoutes } from './flags/states.ts';
import { usageRoutes } from './flags/usage.ts';
import { projectRoutes } from './projects.ts';
import { createTestServer, type TestServer } from './testing.ts';

export const NOUN_ROUTES = [
  ...projectRoutes,
  ...environmentRoutes,
  ...flagRoutes,
  ...stateRoutes,
  ...promotionRoutes,
  ...usageRoutes,
  ...ownerRoutes,
  ...segmentRoutes,
  ...auditRoutes,
  ...eventRoutes,
];

export const PROJECT = '/api/v1/projects/default';
export const PRODUCTION = `${PROJECT}/environments/production/flags`;

/** A real server with the nouns' routes and nothing else. */
export function createNounServer(): Promise<TestServer> {
  return createTestServer({ routes: NOUN_ROUTES });
}

/** If-Match for a version. */
export function seen(version: number): { headers: Record<string, string> } {
  return { headers: { 'if-match': `"${version}"` } };
}

/** Everything that a refused request must leave as it was. */
export async function dump({ store }: TestServer): Promise<string> {
  const kinds = ['project', 'environment', 'flag', 'state', 'segment', 'rollout'] as const;
  const entities = await Promise.all(kinds.map((kind) => store.list(kind)));
  // that a token was used is written down whatever comes of it
  const tokens = (await store.list('token')).map(({ entity: { usedAt: _, ...token } }) => token);
  return JSON.stringify([entities, tokens, await store.revisions(), await store.audit({ limit: 200 })]);
}

/** The number that SDKs of an environment wait for. */
export async function revisionOf({ store }: TestServer, environment: string): Promise<number> {
  const rows = await store.revisions();
  return rows.find((row) => row.project === 'default' && row.environment === environment)?.revision.n ?? -1;
}
