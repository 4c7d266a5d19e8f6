import { createHash } from 'node:crypto';
import type { Evaluation, EvaluationContext } from '@burgee/engine';
import { z } from 'zod';
import { BurgeeError, invalid } from '../../domain/errors.ts';
import { type Call, type Route, route } from '../frame/route.ts';
import { placeOf, scopeOf } from '../sdk/key-scope.ts';
import { isCurrent } from '../sdk/negotiate.ts';
import { type Asked, answerOf, armMetadata, ask, type Failure, isVisible, metadataOf, visibleKeys } from './evaluation.ts';

const PRIVATE = { 'cache-control': 'private, no-store', vary: 'Authorization, X-API-Key, Origin' };
const HEADERS = { ...PRIVATE, 'content-type': 'application/json' };

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
  summary: 'OFREP: every flag that the key may see, for one context. The ETag is of the answers, so it differs where they do.',
  query: z.looseObject({}),
  body: z.unknown(),
  responses: {
    200: z.object({ flags: z.array(z.union([answer, failure])) }),
    304: null,
    400: z.object({ errorCode: z.string() }),
  },
  async handle(call) {
    const { asked } = await prepareCall(call);
    const flags = visibleKeys(asked).map((key) => itemText(ask(key, asked), asked));
    const text = `[${flags.join(',')}]`;
    const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
    if (isCurrent(call.context.req.header('if-none-match'), etag))
      return new Response(null, { status: 304, headers: { ...PRIVATE, etag } });
    const { epoch, n } = asked.prepared.revision;
    return new Response(`{"flags":${text},"metadata":{"revision":"${epoch}.${n}"}}`, { headers: { ...HEADERS, etag } });
  },
});

/** OFREP 0.3.0 for any OpenFeature client. */
export const ofrepRoutes: readonly Route[] = [one, all];

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
