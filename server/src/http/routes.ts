import { invitationRoutes } from './access/invitations.ts';
import { loginRoutes } from './access/login.ts';
import { meRoutes } from './access/me.ts';
import { overrideTokenRoutes } from './access/override-tokens.ts';
import { ownSessionRoutes } from './access/own-sessions.ts';
import { setupRoutes } from './access/setup.ts';
import { tokenRoutes } from './access/tokens.ts';
import { userRoutes } from './access/users.ts';
import { auditRoutes } from './audit.ts';
import { environmentRoutes } from './environments.ts';
import { eventRoutes } from './events.ts';
import { attributeRoutes } from './flags/attributes.ts';
import { discoveredRoutes } from './flags/discovered.ts';
import { flagRoutes } from './flags/flags.ts';
import { ownerRoutes } from './flags/owners.ts';
import { promotionRoutes } from './flags/promotion.ts';
import { scheduleRoutes } from './flags/schedule.ts';
import { segmentUsageRoutes } from './flags/segment-usage.ts';
import { segmentRoutes } from './flags/segments.ts';
import { stateRoutes } from './flags/states.ts';
import { usageRoutes } from './flags/usage.ts';
import { healthRoutes } from './frame/health.ts';
import { openapiRoute } from './frame/openapi.ts';
import type { Route } from './frame/route.ts';
import { noticeRoutes } from './notices.ts';
import { ofrepRoutes } from './ofrep/routes.ts';
import { projectRoutes } from './projects.ts';
import { hookRoutes } from './rollouts/hooks.ts';
import { planRoutes } from './rollouts/plans.ts';
import { rolloutRoutes } from './rollouts/rollouts.ts';
import { sdkRoutes } from './sdk/routes.ts';
import { sourceRoutes } from './sources.ts';

const described: readonly Route[] = [
  ...healthRoutes,
  ...setupRoutes,
  ...loginRoutes,
  ...meRoutes,
  ...ownSessionRoutes,
  ...userRoutes,
  ...invitationRoutes,
  ...tokenRoutes,
  ...overrideTokenRoutes,
  ...projectRoutes,
  ...environmentRoutes,
  ...flagRoutes,
  ...discoveredRoutes,
  ...attributeRoutes,
  ...stateRoutes,
  ...promotionRoutes,
  ...usageRoutes,
  ...ownerRoutes,
  ...scheduleRoutes,
  ...segmentRoutes,
  ...segmentUsageRoutes,
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
