import { type IncomingMessage, request } from 'node:http';
import type { Condition, Override, Revision, Rule, Ruleset } from '@burgee/engine';
import type { Flag, FlagState } from '../../domain/flag/flag.ts';
import type { Logger, Store } from '../../domain/ports.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import { ofrepRoutes } from '../ofrep/routes.ts';
import { createTickets } from '../ofrep/tickets.ts';
import { createTestServer } from '../testing.ts';
import type { Delivery } from './delivery.ts';
import type { StreamLimits } from './limits.ts';
import { createDelivery } from './publisher.ts';
import { compileRegex } from './regex.ts';
import { sdkRoutes } from './routes.ts';

export const AT = { project: 'default', environment: 'production' };

/** A real server with the SDK’s and OFREP’s routes and nothing else. With `store` it is another process of that database. */
export async function createDeliveryServer(
  options: { limits?: Partial<StreamLimits>; clock?: () => number; log?: Logger; store?: Store; delivery?: Delivery } = {},
) {
  const server = await createTestServer({
    routes: [...sdkRoutes, ...ofrepRoutes],
    ...(options.clock && { clock: options.clock }),
    ...(options.log && { log: options.log }),
    make: ({ clock, log, random, ...deps }) => {
      const { store = deps.store, limits, delivery } = options;
      return {
        store,
        delivery: delivery ?? createDelivery({ store, clock, log, regex: compileRegex, ...(limits && { limits }) }),
        tickets: createTickets({ store, clock, random }),
      };
    },
  });

  /** Commits a flag with its state in production. */
  async function putFlag(key: string, more: Partial<Flag> = {}, state: Partial<FlagState> = {}): Promise<Revision> {
    const flag: Flag = {
      project: AT.project,
      key,
      name: key,
      description: '',
      owner: null,
      tags: [],
      links: [],
      kind: 'release',
      type: 'boolean',
      variants: [
        { key: 'on', value: true },
        { key: 'off', value: false },
      ],
      browserAccess: 'none',
      lifetimeDays: null,
      archived: false,
      createdAt: 1,
      ...more,
    };
    const there: FlagState = {
      ...AT,
      flag: key,
      enabled: true,
      killed: null,
      prerequisites: [],
      rules: [],
      defaultVariant: 'off',
      offVariant: 'off',
      ...state,
    };
    const { revisions } = await server.store.commit({
      environments: [AT],
      writes: [
        { put: 'flag', entity: flag, basedOn: 'any' },
        { put: 'state', entity: there, basedOn: 'any' },
      ],
      audit: [],
    });
    const revision = revisions[0]?.revision;
    if (revision === undefined) throw new Error('no revision');
    return revision;
  }

  async function putSegment(key: string, when: Condition, number = 1): Promise<void> {
    const entity = { project: AT.project, key, name: key, description: '', when, number, createdAt: 1 };
    await server.store.commit({ environments: [AT], writes: [{ put: 'segment', entity, basedOn: 'any' }], audit: [] });
  }

  return { ...server, putFlag, putSegment };
}

export type DeliveryServer = Awaited<ReturnType<typeof createDeliveryServer>>;

export function percentRule(id: string, percent: number, more: Partial<Rule> = {}): Rule {
  return { id, percent, by: 'default', serve: { variant: 'on' }, ...more };
}

export interface SseEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
  readonly retry: string | undefined;
}

/** A raw client of the stream: what arrived, split as the standard says. */
export interface StreamClient {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly events: readonly SseEvent[];
  readonly bytes: number;
  readonly closed: Promise<void>;
  readonly isClosed: boolean;
  /** Waits for an event that has not been waited for yet. */
  next(event?: string): Promise<SseEvent>;
  until(holds: () => boolean): Promise<void>;
  /** Stops or goes on reading from the socket. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Opens a stream; resolves with its response. Without a token whatever admits must be in the path. */
export function openStream(
  url: string,
  token: string | null,
  {
    lastEventId,
    origin,
    paused = false,
    path = '/sdk/stream',
  }: { lastEventId?: string; origin?: string; paused?: boolean; path?: string } = {},
): Promise<StreamClient> {
  const headers = {
    ...(token !== null && { authorization: `Bearer ${token}` }),
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    ...(origin !== undefined && { origin }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, { headers, agent: false }, (response) => {
      resolve(readStream(response, () => outgoing.destroy(), paused));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function readStream(response: IncomingMessage, close: () => void, paused: boolean): StreamClient {
  const events: SseEvent[] = [];
  let waiters: (() => void)[] = [];
  let text = '';
  let bytes = 0;
  let taken = 0;
  let isClosed = false;
  const wake = () => {
    const woken = waiters;
    waiters = [];
    for (const waiter of woken) waiter();
  };
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    bytes += Buffer.byteLength(chunk);
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    events.push(...blocks.map(parseEvent));
    wake();
  });
  const closed = new Promise<void>((resolve) => {
    const done = () => {
      isClosed = true;
      wake();
      resolve();
    };
    response.on('close', done);
    response.on('error', done);
  });
  if (paused) response.pause();
  const until = async (holds: () => boolean) => {
    while (!holds()) {
      if (isClosed) throw new Error(`the stream closed after ${events.map(({ event }) => event).join(' ')}`);
      await new Promise<void>((resolve) => waiters.push(resolve));
    }
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    closed,
    until,
    close,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    get bytes() {
      return bytes;
    },
    get isClosed() {
      return isClosed;
    },
    async next(event) {
      let found: SseEvent | undefined;
      await until(() => {
        while (taken < events.length && found === undefined) {
          const candidate = events[taken++];
          if (event === undefined || candidate?.event === event) found = candidate;
        }
        return found !== undefined;
      });
      if (found === undefined) throw new Error('no event');
      return found;
    },
  };
}

function parseEvent(block: string): SseEvent {
  const fields = new Map<string, string>();
  for (const line of block.split(/\r\n|\r|\n/)) {
    const [, name = '', value = ''] = /^([^:]*): ?(.*)$/s.exec(line) ?? [];
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}\n${value}`);
  }
  return { event: fields.get('event') ?? '', id: fields.get('id'), data: fields.get('data') ?? '', retry: fields.get('retry') };
}

/** The ruleset or delta in an envelope. */
export function opened<T = Ruleset>(envelope: string): T {
  const { ruleset, delta } = JSON.parse(envelope) as { ruleset?: T; delta?: T };
  return (ruleset ?? delta) as T;
}

export function override(id: string, flag: string, rule: string, percent = 0): Override {
  return { id, flag, rule, percent };
}

/** A rollout on a rule, as the controller would have stored it. */
export function rolloutOn(flag: string, rule: string, more: Partial<Rollout> = {}): Rollout {
  return {
    id: `ro-${flag}`,
    ...AT,
    flag,
    rule,
    release: 'r1',
    plan: {
      project: AT.project,
      key: 'p',
      name: 'p',
      description: '',
      stages: [{ percent: 5, advance: 'time', bakeMs: 1000, maxHoldMs: 1000 }],
      guards: [],
      revertTo: 'zero',
      revertAlpha: 0.001,
      pauseAlpha: 0.05,
      rhoBad: 3,
      beta: 0.05,
      minErrors: 3,
      minDifference: 0.001,
      controlSample: 0.25,
      flushMs: 2000,
      openMs: 30_000,
    },
    state: 'running',
    reason: null,
    stage: 0,
    startPercent: 0,
    percent: 5,
    startedAt: 1000,
    startedBy: { kind: 'burgee', id: '', name: 'test' },
    forced: null,
    stageSince: 2000,
    bakeSince: 2000,
    endedAt: null,
    confirmedAt: null,
    ruleDigest: '',
    evidence: null,
    timeline: [],
    ...more,
  };
}
