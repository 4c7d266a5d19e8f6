import { createHash } from 'node:crypto';
import type { Evaluation, EvaluationContext } from '@burgee/engine';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { z } from 'zod';
import { BurgeeError, invalid } from '../../domain/errors.ts';
import { type Call, type Route, route } from '../frame/route.ts';
import { parseRevision } from '../sdk/envelope.ts';
import { placeOf, scopeOf } from '../sdk/key-scope.ts';
import { isCurrent } from '../sdk/negotiate.ts';
import { type Asked, answerOf, armMetadata, ask, type Failure, isVisible, metadataOf, visibleKeys } from './evaluation.ts';

const PRIVATE = { 'cache-control': 'private, no-store', vary: 'Authorization, X-API-Key, Origin' };
const HEADERS = { ...PRIVATE, 'content-type': 'application/json' };

/** A page that nobody looks at for so long gives its stream up, and asks anew when somebody does. */
const INACTIVITY_S = 120;

const answer = z.looseObject({ key: z.string(), reason: z.string() });
const failure = z.object({ key: z.string(), errorCode: z.string(), errorDetails: z.string() });

const one = route<{ key: string }, Record<string, unknown>, unknown>({
  method: 'post',
  path: '/ofrep/v1/evaluate/flags/{key}',
  permission: 'ofrep:evaluate',
  scope: scopeOf,
  cors: true,
  errors: 'ofrep',
  summary: 'OFREP: one flag for one context. Counts as an exposure.',
  params: z.object({ key: z.string() }),
  query: z.looseObject({}),
  body: z.unknown(),
  responses: { 200: answer, 400: failure, 404: failure },
  async handle(call) {
    const { key } = call.params;
    const { asked, at } = await prepareCall(call);
    if (!isVisible(key, asked))
      return refused(404, { key, errorCode: 'FLAG_NOT_FOUND', errorDetails: 'there is no such flag here' });
    const outcome = ask(key, { ...asked, observer: call.deps.delivery.observer(at) });
    if (!('flag' in outcome)) return refused(400, outcome);
    return Response.json({ ...answerOf(outcome), metadata: metadataOf(outcome, asked) }, { headers: HEADERS });
  },
});

const all = route<Record<string, string>, Record<string, unknown>, unknown>({
  method: 'post',
  path: '/ofrep/v1/evaluate/flags',
  permission: 'ofrep:evaluate',
  scope: scopeOf,
  cors: true,
  errors: 'ofrep',
  summary:
    'OFREP: every flag that the key may see, for one context. The ETag is of the answers, so it differs where they do. With ' +
    '`flagConfigEtag`, as events name it, the answer is at least as new. `eventStreams` tells where to hear of changes.',
  query: z.looseObject({}),
  body: z.unknown(),
  responses: {
    200: z.object({ flags: z.array(z.union([answer, failure])) }),
    304: null,
    400: z.object({ errorCode: z.string() }),
  },
  async handle(call) {
    const { context, principal, deps } = call;
    const { audience: _, tokenId: __, ...at } = placeOf(principal);
    const wanted = parseRevision(context.req.query('flagConfigEtag')?.replaceAll('"', ''));
    if (wanted !== undefined) await deps.delivery.reach(at, wanted);
    const { asked } = await prepareCall(call);
    const ticket = principal.kind === 'token' ? await deps.tickets.issue(principal.token) : undefined;
    const flags = visibleKeys(asked).map((key) => itemText(ask(key, asked), asked));
    const text = `[${flags.join(',')}]`;
    // a 304 leaves the client with its old ticket, so there is none once that is about to end
    const etag = `"${createHash('sha256')
      .update(`${ticket?.period ?? ''}${text}`)
      .digest('base64url')}"`;
    if (isCurrent(context.req.header('if-none-match'), etag))
      return new Response(null, { status: 304, headers: { ...PRIVATE, etag } });
    const { epoch, n } = asked.prepared.revision;
    const streams = ticket === undefined ? '' : `,"eventStreams":${JSON.stringify([streamOf(ticket.text)])}`;
    return new Response(`{"flags":${text},"metadata":{"revision":"${epoch}.${n}"}${streams}}`, { headers: { ...HEADERS, etag } });
  },
});

const events = route<Record<string, string>, Record<string, unknown>>({
  method: 'get',
  path: '/ofrep/v1/events',
  permission: 'ofrep:evaluate',
  scope: scopeOf,
  cors: true,
  ticket: true,
  errors: 'ofrep',
  summary:
    'OFREP: server-sent events that tell when evaluations may have changed. By the ticket in `eventStreams`, since EventSource ' +
    'sends no headers. `revision` says what the client has: then it hears at once only of something newer, and heartbeats are messages.',
  query: z.looseObject({}),
  responses: { 200: z.string() },
  async handle({ principal, context, deps }) {
    const revision = context.req.query('revision');
    await deps.delivery.changes({
      ...placeOf(principal),
      response: context.env.outgoing,
      lastEventId: context.req.header('last-event-id') ?? revision,
      manner: revision === undefined ? 'comments' : 'messages',
    });
    return RESPONSE_ALREADY_SENT;
  },
});

/** OFREP 0.3.0 for any OpenFeature client. */
export const ofrepRoutes: readonly Route[] = [one, all, events];

/** Relative to where the client asked, so that it survives proxies. */
function streamOf(ticket: string): object {
  return { type: 'sse', endpoint: { requestUri: `/ofrep/v1/events?ticket=${ticket}` }, inactivityDelaySec: INACTIVITY_S };
}

async function prepareCall({ body, principal, deps, at: now }: Call<unknown, unknown, unknown>) {
  const { audience, tokenId: _, ...at } = placeOf(principal);
  const snapshot = await deps.delivery.snapshot(at, 'server');
  if (snapshot === undefined) throw new BurgeeError('forbidden', 'the environment of this key does not exist any more');
  const asked: Asked = { prepared: snapshot.prepared, audience, context: contextOf(body), now, draw: Math.random() };
  return { asked, at };
}

/** Real callers leave the context out, or the targeting key: only flags that need it may fail for that. */
function contextOf(body: unknown): EvaluationContext {
  if (!isObject(body)) throw invalid({ field: 'body', message: 'must be {"context": {…}}' });
  const { context = {} } = body;
  if (!isObject(context)) throw invalid({ field: 'context', message: 'must be an object' });
  return context;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const texts = new WeakMap<Evaluation, Map<string | undefined, string>>();

/** The engine gives the same object for the same answer, so each is serialised once; in a rollout once for each `by`. */
function itemText(outcome: Evaluation | Failure, asked: Asked): string {
  if (!('flag' in outcome)) return JSON.stringify(outcome);
  const metadata = armMetadata(outcome, asked);
  const made = texts.get(outcome) ?? new Map<string | undefined, string>();
  texts.set(outcome, made);
  const known = made.get(metadata?.by);
  if (known !== undefined) return known;
  const text = JSON.stringify({ ...answerOf(outcome), ...(metadata && { metadata }) });
  made.set(metadata?.by, text);
  return text;
}

function refused(status: 400 | 404, body: Failure): Response {
  return Response.json(body, { status, headers: HEADERS });
}
