import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { z } from 'zod';
import { BurgeeError, invalid } from '../../domain/errors.ts';
import { minutesOf } from '../../domain/usage.ts';
import { type Route, route } from '../frame/route.ts';
import { placeOf, scopeOf } from './key-scope.ts';
import { encodingOf, isCurrent } from './negotiate.ts';
import { keepKnown, REPORT_LIMIT, reportSchema } from './reports.ts';

const HEADERS = {
  'cache-control': 'private, no-cache, no-transform',
  vary: 'Authorization, Accept-Encoding, Origin',
};

const ruleset = route({
  method: 'get',
  path: '/sdk/ruleset',
  permission: 'sdk:ruleset',
  scope: scopeOf,
  cors: true,
  summary: 'The ruleset of the key’s environment, in its envelope. A client key gets the flags whose browser access is `rules`.',
  responses: { 200: z.object({ sha256: z.string(), ruleset: z.record(z.string(), z.unknown()) }), 304: null },
  async handle({ principal, context, deps }) {
    const { audience, tokenId: _, ...at } = placeOf(principal);
    const snapshot = await deps.delivery.snapshot(at, audience);
    if (snapshot === undefined) throw new BurgeeError('not_found', 'the environment of this key does not exist any more');
    const headers = { ...HEADERS, etag: snapshot.etag };
    if (isCurrent(context.req.header('if-none-match'), snapshot.etag)) return new Response(null, { status: 304, headers });
    const encoding = encodingOf(context.req.header('accept-encoding'));
    const body = encoding === 'identity' ? snapshot.identity : await snapshot[encoding === 'br' ? 'br' : 'gzip']();
    return new Response(new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength), {
      headers: {
        ...headers,
        'content-type': 'application/json',
        ...(encoding !== 'identity' && { 'content-encoding': encoding }),
      },
    });
  },
});

const stream = route({
  method: 'get',
  path: '/sdk/stream',
  permission: 'sdk:ruleset',
  scope: scopeOf,
  cors: true,
  summary: 'Server-sent events: `snapshot`, `delta`, `heartbeat`, `override`, `goodbye`. `Last-Event-ID` resumes.',
  responses: { 200: z.string() },
  async handle({ principal, context, deps }) {
    await deps.delivery.stream({
      ...placeOf(principal),
      response: context.env.outgoing,
      lastEventId: context.req.header('last-event-id'),
    });
    return RESPONSE_ALREADY_SENT;
  },
});

const reports = route({
  method: 'post',
  path: '/sdk/reports',
  permission: 'sdk:report',
  scope: scopeOf,
  cors: true,
  summary: 'What an SDK saw since its last report. 202 only once it is stored; a repeated (instance, sequence) changes nothing.',
  body: reportSchema,
  bodyLimit: REPORT_LIMIT,
  responses: { 202: null },
  async handle({ principal, body, at: now, deps }) {
    const { audience, tokenId: _, ...at } = placeOf(principal);
    const client = audience === 'client';
    if (!client && body.outcomes !== undefined)
      throw invalid({ field: 'outcomes', message: 'is for client keys only: with a server key report arms in rollouts' });
    if (body.revision !== null && !client) await deps.delivery.announced(at, body.revision);
    const snapshot = await deps.delivery.snapshot(at, 'server');
    if (snapshot === undefined) throw new BurgeeError('not_found', 'the environment of this key does not exist any more');
    const { report, unknown, ignored } = keepKnown(body, snapshot, client);
    if (unknown > 0) deps.telemetry.count('burgee_report_parts_unknown_total', { kind: client ? 'client' : 'server' }, unknown);
    if (ignored > 0) deps.telemetry.count('burgee_report_parts_ignored_total', { kind: 'client' }, ignored);
    const outcome = await deps.store.ingest({ ...at, client, report, minutes: minutesOf(report, at, now, client) });
    deps.telemetry.count('burgee_reports_total', { outcome });
    if (!client && outcome !== 'duplicate' && body.unknown !== undefined) {
      const asked = body.unknown.reduce((sum, { count }) => sum + count, 0);
      deps.telemetry.count('burgee_unknown_flag_evaluations_total', at, asked);
      deps.discoveries.note(at, body);
    }
    return { status: 202 };
  },
});

/** What Burgee's own SDKs call. */
export const sdkRoutes: readonly Route[] = [ruleset, stream, reports];
