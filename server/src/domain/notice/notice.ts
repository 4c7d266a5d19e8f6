/** What people are told of, beside the audit: notices, where they go, and how sending them went. */

/** Everything that a notice can be about; the same names as in the audit. */
export const NOTICE_EVENTS = [
  'rollout.started',
  'rollout.advanced',
  'rollout.held',
  'rollout.paused',
  'rollout.stepped-back',
  'rollout.evidence', // it would have reverted, but a person changed the rule
  'rollout.reverted',
  'rollout.confirmed', // after a revert, exposures were seen to end
  'rollout.late', // after a revert, exposures go on
  'rollout.unconfirmed',
  'rollout.completed',
  'rollout.aborted',
  'flag.killed',
  'flag.restored',
  'schedule.applied',
  'schedule.refused',
] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** One thing that happened, as it was when it happened. Written in the transaction of what it tells. */
export interface Notice {
  readonly event: NoticeEvent | 'test';
  readonly project: string;
  readonly environment: string | null;
  readonly flag: string | null;
  /** Id of the rollout that it is about, if any. */
  readonly rollout: string | null;
  /** One plain sentence: what happened, on what evidence, and that it is safe. Not escaped. */
  readonly sentence: string;
  /** Path of the page that shows it, `/projects/…`. */
  readonly path: string;
}

/** How far one route of a notice is. */
export interface Delivery {
  readonly state: 'waiting' | 'sent' | 'failed' | 'given_up';
  readonly attempts: number;
  /** ms: sent or given up then, else when it is tried next. */
  readonly at: number;
  /** Why the last attempt failed. */
  readonly error: string | null;
}

/** By the key of the route; null: nobody has looked yet which routes want it. */
export type Deliveries = Readonly<Record<string, Delivery>>;

/** A notice as it is stored. */
export interface NoticeRecord {
  readonly id: number;
  /** ms since the epoch */
  readonly at: number;
  readonly notice: Notice;
  readonly deliveries: Deliveries | null;
}

/** Signs what a webhook gets. `until` (ms): the former secret, still signed with after a rotation; null: the present one. */
export interface NoticeSecret {
  readonly secret: string;
  readonly until: number | null;
}

/** Where notices go. The URL of a Slack webhook is a secret by itself. */
export type NoticeTarget =
  | { readonly kind: 'webhook'; readonly url: string; readonly secrets: readonly NoticeSecret[] }
  | { readonly kind: 'slack'; readonly url: string }
  | { readonly kind: 'email'; readonly to: readonly string[] };

/** Sends the notices of a project that it wants to one target. */
export interface NoticeRoute {
  readonly project: string;
  readonly key: string;
  readonly name: string;
  /** Empty: all of them. */
  readonly events: readonly NoticeEvent[];
  /** Empty: all of them. */
  readonly environments: readonly string[];
  readonly disabled: boolean;
  readonly target: NoticeTarget;
  readonly createdAt: number;
}

/** Whether a route wants this notice. */
export function wants(route: NoticeRoute, notice: Notice): boolean {
  if (route.disabled || route.project !== notice.project) return false;
  const here = notice.environment === null || route.environments.length === 0 || route.environments.includes(notice.environment);
  return here && (route.events.length === 0 || route.events.some((event) => event === notice.event));
}

const MINUTE = 60_000;
/** Waiting times before the eight retries: one minute to six hours, about 14 hours together. */
export const RETRY_MS: readonly number[] = [1, 3, 10, 30, 60, 120, 240, 360].map((minutes) => minutes * MINUTE);

/** What becomes of a delivery after an attempt. `luck` is 0…1: waiting times are spread by a fifth either way. */
export function afterAttempt(
  { attempts }: Pick<Delivery, 'attempts'>,
  outcome: { readonly at: number; readonly error: string | null; readonly luck: number },
): Delivery {
  const { at, error, luck } = outcome;
  const tried = attempts + 1;
  if (error === null) return { state: 'sent', attempts: tried, at, error: null };
  const wait = RETRY_MS[attempts];
  if (wait === undefined) return { state: 'given_up', attempts: tried, at, error };
  return { state: 'failed', attempts: tried, at: at + Math.round(wait * (0.8 + 0.4 * luck)), error };
}

/** When something of this is to be tried next, ms; null: it is all over. */
export function nextDue(deliveries: Deliveries): number | null {
  const open = Object.values(deliveries).filter(({ state }) => state === 'waiting' || state === 'failed');
  return open.length === 0 ? null : Math.min(...open.map(({ at }) => at));
}
