export type { Context } from '../flags/index.ts';
export type { FastifyReply, FastifyRequest, HonoContext, RouteGuard } from './frameworks.ts';
export type { GuardOptions, GuardValue, RequireOptions } from './options.ts';
export { createRouteGuard, type RequireFlag } from './route-guard.ts';
