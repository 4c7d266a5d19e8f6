import { z } from 'zod';
import { NOTICE_EVENTS, type NoticeRecord } from '../domain/notice/notice.ts';
import type { NoticeRouteInput, NoticeRouteView } from '../domain/notice/notice-route-decisions.ts';
import type { Exact, Same } from './frame/exact.ts';

const event = z.enum(NOTICE_EVENTS);
const url = z.string().max(2_000);

/** A notice route as it is sent; no events: all, no environments: all. */
export const routeInput = z.strictObject({
  name: z.string(),
  events: z.array(event).max(NOTICE_EVENTS.length).readonly().default([]),
  environments: z.array(z.string()).max(100).readonly().default([]),
  disabled: z.boolean().default(false),
  target: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('webhook'), url: url.optional() }),
    z.strictObject({ kind: z.literal('slack'), url: url.optional() }),
    z.strictObject({ kind: z.literal('email'), to: z.array(z.string()).readonly() }),
  ]),
}) satisfies z.ZodType<NoticeRouteInput>;

export const routeView = z.strictObject({
  project: z.string(),
  key: z.string(),
  name: z.string(),
  events: z.array(event).readonly(),
  environments: z.array(z.string()).readonly(),
  disabled: z.boolean(),
  target: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('webhook'),
      host: z.string(),
      secrets: z.array(z.strictObject({ until: z.number().nullable() })).readonly(),
    }),
    z.strictObject({ kind: z.literal('slack'), host: z.string() }),
    z.strictObject({ kind: z.literal('email'), to: z.array(z.string()).readonly() }),
  ]),
  createdAt: z.number(),
  version: z.number().int(),
}) satisfies z.ZodType<NoticeRouteView>;

const delivery = z.strictObject({
  state: z.enum(['waiting', 'sent', 'failed', 'given_up']),
  attempts: z.number().int(),
  at: z.number(),
  error: z.string().nullable(),
});

export const noticeRecord = z.strictObject({
  id: z.number().int(),
  at: z.number(),
  notice: z.strictObject({
    event: z.enum([...NOTICE_EVENTS, 'test']),
    project: z.string(),
    environment: z.string().nullable(),
    flag: z.string().nullable(),
    rollout: z.string().nullable(),
    sentence: z.string(),
    path: z.string(),
  }),
  deliveries: z.record(z.string(), delivery).nullable(),
}) satisfies z.ZodType<NoticeRecord>;

export type Ties = [
  Exact<Same<z.infer<typeof routeView>, NoticeRouteView>>,
  Exact<Same<z.infer<typeof noticeRecord>, NoticeRecord>>,
];
