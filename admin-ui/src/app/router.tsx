import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import * as queries from '../api/queries.ts';
import { Crash, Missing, PageLoading } from './fallbacks.tsx';
import { lastProject, rememberProject } from './last-project.ts';
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
  },
  component: lazyRouteComponent(() => import('../flags/list/page.tsx'), 'FlagList'),
});

const flag = createRoute({
  getParentRoute: () => project,
  path: '/flags/$flag',
  validateSearch: (search): { env?: string | undefined } => ({ env: word(search.env) }),
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(queries.flag(params.project, params.flag));
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
  validateSearch: (search): queries.AuditFilter => ({
    environment: word(search.environment),
    object: word(search.object),
    actor: word(search.actor),
    action: word(search.action),
  }),
  component: lazyRouteComponent(() => import('../audit/page.tsx'), 'AuditPage'),
});

const tree = root.addChildren([
  setup,
  login,
  inside.addChildren([start, project.addChildren([home, kills, flags, flag, rollouts, rollout, playground, audit])]),
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
