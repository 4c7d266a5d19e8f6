import { z } from 'zod';
import { BurgeeError } from '../../domain/errors.ts';
import { type Route, route } from './route.ts';

export const healthRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/healthz',
    permission: 'public',
    summary: 'The process answers',
    responses: { 200: z.strictObject({ status: z.literal('ok') }) },
    handle: () => ({ status: 200, body: { status: 'ok' } }),
  }),
  route({
    method: 'get',
    path: '/readyz',
    permission: 'public',
    summary: 'The database answers too; `durable` is what it says about acknowledged writes',
    responses: { 200: z.strictObject({ status: z.literal('ready'), database: z.string(), durable: z.string() }) },
    handle: async ({ deps }) => {
      try {
        const { kind, durable } = await deps.store.check();
        return { status: 200, body: { status: 'ready', database: kind, durable } };
      } catch (cause) {
        throw new BurgeeError('unavailable', 'the database does not answer', { retryAfter: 2 }, cause);
      }
    },
  }),
  route({
    method: 'get',
    path: '/metrics',
    permission: 'public',
    summary: "Burgee's own metrics in Prometheus' text format",
    responses: { 200: z.string() },
    handle: async ({ deps }) => {
      const { contentType, text } = await deps.telemetry.render();
      return new Response(text, { headers: { 'content-type': contentType } });
    },
  }),
];
