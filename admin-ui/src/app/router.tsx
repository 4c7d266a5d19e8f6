import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import type { AuditSearch } from '../api/audit.ts';
import { Problem } from '../api/problem.ts';
import * as queries from '../api/queries.ts';
import { Crash, Missing, PageLoading } from './fallbacks.tsx';
import { lastProject, rememberProject } from './last-project.ts';
import { listFilter } from './list-filter.ts';
import { flagFilter, pathOfOurs, rolloutFilter, word } from './search-params.ts';
import { Shell } from './shell.tsx';

interface Context {
  readonly queryClient: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: Missing });

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../session/setup.tsx'), 'Setup'),
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search): { next?: string | undefined } => ({ next: pathOfOurs(search.next) }),
  component: lazyRouteComponent(() => import('../session/login.tsx'), 'Login'),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../session/invitation.tsx'), 'Invitation'),
});

/** Everything that needs somebody logged in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(queries.me());
    } catch (error) {
      if (error instanceof Problem && error.code === 'setup_required') throw redirect({ to: '/setup' });
      if (error instanceof Problem && error.status === 401) throw redirect({ to: '/login', search: { next: location.href } });
      throw error;
    }
  },
  component: Shell,
});

const start = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: async ({ context }) => {
    const all = await context.queryClient.ensureQueryData(queries.projects());
    const wanted = lastProject();
    const project = all.find((row) => row.project.key === wanted) ?? all[0];
    if (project) throw redirect({ to: '/projects/$project/home', params: { project: project.project.key } });
  },
  component: Missing,
});

const project = createRoute({
  getParentRoute: () => inside,
  path: '/projects/$project',
  beforeLoad: ({ params }) => rememberProject(params.project),
  component: Outlet,
});

const home = createRoute({
  getParentRoute: () => project,
  path: '/home',
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(queries.projects());
    void context.queryClient.prefetchQuery(queries.rollouts(params.project));
    void context.queryClient.prefetchQuery(queries.flags(params.project, false));
  },
  component: lazyRouteComponent(() => import('../home/page.tsx'), 'Home'),
});

const kills = createRoute({
  getParentRoute: () => project,
  path: '/kill-switches',
  validateSearch: (search): { env?: string | undefined; q?: string | undefined } => ({
    env: word(search.env),
    q: word(search.q),
  }),
  component: lazyRouteComponent(() => import('../kills/page.tsx'), 'KillSwitches'),
});

const flags = createRoute({
  getParentRoute: () => project,
  path: '/flags',
  validateSearch: flagFilter,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(queries.projects());
    void context.queryClient.prefetchQuery(queries.flags(params.project, false));
    void context.queryClient.prefetchQuery(queries.owners(params.project));
  },
  component: lazyRouteComponent(() => import('../flags/list/page.tsx'), 'FlagList'),
});

const flag = createRoute({
  getParentRoute: () => project,
  path: '/flags/$flag',
  validateSearch: (search): { env?: string | undefined } => ({ env: word(search.env) }),
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(queries.projects());
    void context.queryClient.prefetchQuery(queries.flag(params.project, params.flag));
    void context.queryClient.prefetchQuery(queries.owners(params.project));
    void context.queryClient.prefetchQuery(queries.segments(params.project));
  },
  component: lazyRouteComponent(() => import('../flags/page.tsx'), 'FlagPage'),
});

const rollouts = createRoute({
  getParentRoute: () => project,
  path: '/rollouts',
  validateSearch: rolloutFilter,
  component: lazyRouteComponent(() => import('../rollouts/list.tsx'), 'RolloutList'),
});

const rollout = createRoute({
  getParentRoute: () => project,
  path: '/environments/$environment/rollouts/$rollout',
  component: lazyRouteComponent(() => import('../rollouts/page.tsx'), 'RolloutPage'),
});

const playground = createRoute({
  getParentRoute: () => project,
  path: '/playground',
  validateSearch: (search): { context?: string | undefined; env?: string | undefined; q?: string | undefined } => ({
    context: typeof search.context === 'object' ? JSON.stringify(search.context) : word(search.context),
    env: word(search.env),
    q: word(search.q),
  }),
  component: lazyRouteComponent(() => import('../playground/page.tsx'), 'Playground'),
});

const audit = createRoute({
  getParentRoute: () => project,
  path: '/audit',
  validateSearch: (search): AuditSearch => ({
    environment: word(search.environment),
    object: word(search.object),
    actor: word(search.actor),
    action: word(search.action),
    since: word(search.since),
    until: word(search.until),
    whole: search.whole === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import('../audit/page.tsx'), 'AuditPage'),
});

const segments = createRoute({
  getParentRoute: () => project,
  path: '/segments',
  validateSearch: listFilter,
  component: lazyRouteComponent(() => import('../segments/list.tsx'), 'SegmentList'),
});

const segment = createRoute({
  getParentRoute: () => project,
  path: '/segments/$segment',
  component: lazyRouteComponent(() => import('../segments/page.tsx'), 'SegmentPage'),
});

const environments = createRoute({
  getParentRoute: () => project,
  path: '/environments',
  validateSearch: listFilter,
  component: lazyRouteComponent(() => import('../environments/screen.tsx'), 'EnvironmentsScreen'),
});

const sources = createRoute({
  getParentRoute: () => project,
  path: '/sources',
  validateSearch: listFilter,
  component: lazyRouteComponent(() => import('../sources/list.tsx'), 'SourceList'),
});

const plans = createRoute({
  getParentRoute: () => project,
  path: '/plans',
  validateSearch: listFilter,
  component: lazyRouteComponent(() => import('../plans/list.tsx'), 'PlanList'),
});

const plan = createRoute({
  getParentRoute: () => project,
  path: '/plans/$plan',
  component: lazyRouteComponent(() => import('../plans/page.tsx'), 'PlanPage'),
});

const newPlan = createRoute({
  getParentRoute: () => project,
  path: '/new-plan',
  validateSearch: (search): { from?: string | undefined } => ({ from: word(search.from) }),
  component: lazyRouteComponent(() => import('../plans/new.tsx'), 'NewPlan'),
});

const notices = createRoute({
  getParentRoute: () => project,
  path: '/notices',
  validateSearch: listFilter,
  component: lazyRouteComponent(() => import('../notices/screen.tsx'), 'NoticesScreen'),
});

const discovered = createRoute({
  getParentRoute: () => project,
  path: '/discovered',
  validateSearch: listFilter,
  component: lazyRouteComponent(() => import('../discovered/screen.tsx'), 'DiscoveredScreen'),
});

const people = createRoute({
  getParentRoute: () => project,
  path: '/people',
  validateSearch: listFilter,
  component: lazyRouteComponent(() => import('../people/list.tsx'), 'PeopleList'),
});

const settings = createRoute({
  getParentRoute: () => project,
  path: '/settings',
  component: lazyRouteComponent(() => import('../settings/screen.tsx'), 'Settings'),
});

const profile = createRoute({
  getParentRoute: () => inside,
  path: '/profile',
  component: lazyRouteComponent(() => import('../profile/screen.tsx'), 'Profile'),
});

const tree = root.addChildren([
  setup,
  login,
  invitation,
  inside.addChildren([
    start,
    profile,
    project.addChildren([
      ...[home, kills, flags, flag, rollouts, rollout, segments, segment, playground],
      ...[environments, sources, plans, plan, newPlan, notices, discovered],
      ...[audit, people, settings],
    ]),
  ]),
]);

/** The map from addresses to screens; every screen but the frame loads on demand. */
export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultErrorComponent: Crash,
    defaultPendingComponent: PageLoading,
    defaultNotFoundComponent: Missing,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
