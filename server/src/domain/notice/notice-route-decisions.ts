import type { By } from '../decision.ts';
import { sides } from '../differences.ts';
import { BurgeeError } from '../errors.ts';
import { demand, type Refuse } from '../mistakes.ts';
import type { Change, Stored } from '../ports.ts';
import { checkKey, checkLine, checkUnique } from '../text-check.ts';
import type { NoticeEvent, NoticeRoute, NoticeSecret, NoticeTarget } from './notice.ts';

/** What a caller says about a target; secrets are never theirs to choose, and an address that is left out stays. */
export type TargetInput =
  | { readonly kind: 'webhook'; readonly url?: string | undefined }
  | { readonly kind: 'slack'; readonly url?: string | undefined }
  | { readonly kind: 'email'; readonly to: readonly string[] };

/** A route as a caller writes it. */
export interface NoticeRouteInput {
  readonly name: string;
  readonly events: readonly NoticeEvent[];
  readonly environments: readonly string[];
  readonly disabled: boolean;
  readonly target: TargetInput;
}

/** A route as it is shown: no secrets, and of addresses that may hold some only the host. */
export interface NoticeRouteView extends Omit<NoticeRoute, 'target'> {
  readonly version: number;
  readonly target:
    | { readonly kind: 'webhook'; readonly host: string; readonly secrets: readonly { readonly until: number | null }[] }
    | { readonly kind: 'slack'; readonly host: string }
    | { readonly kind: 'email'; readonly to: readonly string[] };
}

/** How long the former secret still signs after a rotation, ms. */
export const ROTATION_MS = 86_400_000;
const MOST_ROUTES = 50;
const MOST_RECEIVERS = 20;
const ADDRESS = /^[^\s@<>,;:"()\\[\]]{1,64}@[A-Za-z0-9.-]{1,255}$/;

/** Makes a route; `secret` signs what a webhook gets. The address has been checked by who would send there. */
export function createNoticeRoute(
  facts: {
    readonly project: string;
    readonly key: string;
    readonly input: NoticeRouteInput;
    readonly environments: readonly string[];
    readonly others: number;
    readonly secret: string;
  },
  { actor, at }: By,
): { readonly route: NoticeRoute; readonly change: Change } {
  const { project, key, input, secret } = facts;
  demand((refuse) => {
    checkKey(key, 'key', refuse);
    check(input, facts.environments, refuse);
    if (input.target.kind !== 'email' && input.target.url === undefined) refuse('target.url', 'must say where to send');
    if (facts.others >= MOST_ROUTES) refuse('key', `a project has at most ${MOST_ROUTES} notice routes`);
  });
  const route: NoticeRoute = { project, key, ...input, target: targetOf(input.target, null, secret), createdAt: at };
  const change = changeOf(null, route, { actor, action: 'notice-route.created', summary: `Notice route ${key} made.` });
  return { route, change };
}

/** Replaces what a route is; its secrets stay, and its address where none is given. */
export function replaceNoticeRoute(
  facts: {
    readonly before: Stored<NoticeRoute>;
    readonly input: NoticeRouteInput;
    readonly environments: readonly string[];
    readonly secret: string;
  },
  { actor }: By,
): { readonly route: NoticeRoute; readonly change: Change } {
  const { before, input } = facts;
  demand((refuse) => {
    check(input, facts.environments, refuse);
    if (input.target.kind !== 'email' && input.target.url === undefined && input.target.kind !== before.entity.target.kind)
      refuse('target.url', 'must say where to send');
  });
  const route: NoticeRoute = { ...before.entity, ...input, target: targetOf(input.target, before.entity.target, facts.secret) };
  const action = { actor, action: 'notice-route.changed', summary: `Notice route ${route.key} changed.` };
  return { route, change: changeOf(before, route, action) };
}

/** Gives a webhook another secret; the former one goes on signing for a day, so that the receiver can follow. */
export function rotateSecret(before: Stored<NoticeRoute>, secret: string, { actor, at }: By) {
  const { target, key } = before.entity;
  if (target.kind !== 'webhook')
    throw new BurgeeError('conflict', `the notice route ${key} is no webhook: there is nothing to sign`, { kind: target.kind });
  const [present] = target.secrets;
  const former: NoticeSecret[] = present === undefined ? [] : [{ ...present, until: at + ROTATION_MS }];
  const route: NoticeRoute = { ...before.entity, target: { ...target, secrets: [{ secret, until: null }, ...former] } };
  const action = { actor, action: 'notice-route.rotated', summary: `Notice route ${key} signs with another secret.` };
  return { route, change: changeOf(before, route, action) };
}

/** Removes a route; what waits to be sent there is given up. */
export function removeNoticeRoute(before: Stored<NoticeRoute>, { actor }: By): Change {
  const { project, key } = before.entity;
  const { writes: _, ...change } = changeOf(before, before.entity, {
    ...{ actor, action: 'notice-route.deleted', summary: `Notice route ${key} deleted.` },
  });
  return { ...change, writes: [{ remove: 'noticeRoute', key: { project, key }, basedOn: before.version }] };
}

export function noticeRouteView({ entity, version }: Stored<NoticeRoute>): NoticeRouteView {
  return { ...entity, version, target: shownTarget(entity.target) };
}

function check({ name, events, environments, target }: NoticeRouteInput, known: readonly string[], refuse: Refuse): void {
  checkLine(name, 'name', { min: 1, max: 100 }, refuse);
  checkUnique(events, (i) => `events[${i}]`, refuse);
  checkUnique(environments, (i) => `environments[${i}]`, refuse);
  environments.forEach((key, i) => {
    if (!known.includes(key)) refuse(`environments[${i}]`, 'must be the key of an environment of this project');
  });
  if (target.kind !== 'email') return;
  if (target.to.length < 1 || target.to.length > MOST_RECEIVERS) refuse('target.to', `must be 1 to ${MOST_RECEIVERS} addresses`);
  target.to.forEach((address, i) => {
    if (!ADDRESS.test(address)) refuse(`target.to[${i}]`, 'must be an e-mail address, as in ada@example.com');
  });
}

function targetOf(input: TargetInput, before: NoticeTarget | null, secret: string): NoticeTarget {
  if (input.kind === 'email') return { kind: 'email', to: input.to };
  const url = input.url ?? (before !== null && before.kind !== 'email' ? before.url : '');
  if (input.kind === 'slack') return { kind: 'slack', url };
  return { kind: 'webhook', url, secrets: before?.kind === 'webhook' ? before.secrets : [{ secret, until: null }] };
}

function shownTarget(target: NoticeTarget): NoticeRouteView['target'] {
  if (target.kind === 'email') return target;
  const host = /^[a-z]+:\/\/([^/?#]*)/i.exec(target.url)?.[1] ?? '';
  if (target.kind === 'slack') return { kind: 'slack', host };
  return { kind: 'webhook', host, secrets: target.secrets.map(({ until }) => ({ until })) };
}

function changeOf(
  before: Stored<NoticeRoute> | null,
  route: NoticeRoute,
  { actor, action, summary }: { readonly actor: By['actor']; readonly action: string; readonly summary: string },
): Change {
  const { version: _, ...after } = noticeRouteView({ entity: route, version: 0 });
  const { version: __, ...was } = noticeRouteView(before ?? { entity: route, version: 0 });
  const about = { project: route.project, environment: null, object: `notice-route/${route.key}` };
  return {
    environments: [],
    writes: [{ put: 'noticeRoute', entity: route, basedOn: before?.version ?? null }],
    audit: [
      { actor, action, ...about, summary, ...(before === null ? { before: null, after } : sides(was, after)), reason: null },
    ],
  };
}
