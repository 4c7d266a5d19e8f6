import { auditRoutes } from './audit.ts';
import { environmentRoutes } from './environments.ts';
import { eventRoutes } from './events.ts';
import { flagRoutes } from './flags.ts';
import { healthRoutes } from './health.ts';
import { hookRoutes } from './hooks.ts';
import { loginRoutes } from './login.ts';
import { meRoutes } from './me.ts';
import { noticeRoutes } from './notices.ts';
import { ofrepRoutes } from './ofrep/routes.ts';
import { openapiRoute } from './openapi.ts';
import { planRoutes } from './plans.ts';
import { projectRoutes } from './projects.ts';
import { rolloutRoutes } from './rollouts.ts';
import type { Route } from './route.ts';
import { scheduleRoutes } from './schedule.ts';
import { sdkRoutes } from './sdk/routes.ts';
import { segmentRoutes } from './segments.ts';
import { setupRoutes } from './setup.ts';
import { sourceRoutes } from './sources.ts';
import { stateRoutes } from './states.ts';
import { tokenRoutes } from './tokens.ts';
import { userRoutes } from './users.ts';

const described: readonly Route[] = [
  ...healthRoutes,
  ...setupRoutes,
  ...loginRoutes,
  ...meRoutes,
  ...userRoutes,
  ...tokenRoutes,
  ...projectRoutes,
  ...environmentRoutes,
  ...flagRoutes,
  ...stateRoutes,
  ...scheduleRoutes,
  ...segmentRoutes,
  ...rolloutRoutes,
  ...planRoutes,
  ...hookRoutes,
  ...sourceRoutes,
  ...noticeRoutes,
  ...auditRoutes,
  ...eventRoutes,
  ...sdkRoutes,
  ...ofrepRoutes,
];

/** Every route of the server but the admin UI's files: what is mounted, documented and tested for permissions. */
export const routes: readonly Route[] = [...described, openapiRoute(described)];
