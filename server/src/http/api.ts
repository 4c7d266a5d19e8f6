/** What the admin UI and other TypeScript callers may know of the server: its resources' types and nothing else. */
export type * from '../domain/access/access.ts';
export type * from '../domain/access/people.ts';
export type * from '../domain/access/tokens.ts';
export type * from '../domain/audit.ts';
export type * from '../domain/environment.ts';
export type * from '../domain/errors.ts';
export type * from '../domain/flag/flag.ts';
export type * from '../domain/flag/scheduled.ts';
export type * from '../domain/flag/segment.ts';
export type * from '../domain/guard/guard.ts';
export type * from '../domain/guard/recompute.ts';
export type * from '../domain/notice/notice.ts';
export type * from '../domain/notice/notice-route-decisions.ts';
export type { Day, Freeze } from '../domain/rollout/freeze.ts';
export type { Check, Reporting, Warning } from '../domain/rollout/preflight.ts';
export type * from '../domain/rollout/rollout.ts';
export type * from '../domain/rollout/rollout-preview.ts';
export type * from '../domain/rollout/rollout-view.ts';
