/** What the admin UI and other TypeScript callers may know of the server: its resources' types and nothing else. */
export type * from '../domain/access.ts';
export type * from '../domain/audit.ts';
export type * from '../domain/environment.ts';
export type * from '../domain/errors.ts';
export type * from '../domain/flag.ts';
export type { Day, Freeze } from '../domain/freeze.ts';
export type * from '../domain/guard/recompute.ts';
export type * from '../domain/guard.ts';
export type * from '../domain/notice.ts';
export type * from '../domain/notice-route-decisions.ts';
export type * from '../domain/people.ts';
export type { Check, Reporting, Warning } from '../domain/preflight.ts';
export type * from '../domain/rollout.ts';
export type * from '../domain/rollout-preview.ts';
export type * from '../domain/rollout-view.ts';
export type * from '../domain/scheduled.ts';
export type * from '../domain/segment.ts';
export type * from '../domain/tokens.ts';
