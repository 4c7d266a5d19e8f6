import { z } from 'zod';
import { type Route, type RouteSpec, route } from './route.ts';

type AnyRoute = RouteSpec<Record<string, unknown>, Record<string, unknown>, unknown>;

/** `GET /openapi.json`: OpenAPI 3.1 made from the routes themselves, once. */
export function openapiRoute(routes: readonly Route[]): Route {
  let text: string | undefined;
  return route({
    method: 'get',
    path: '/openapi.json',
    permission: 'open',
    summary: 'This description',
    responses: { 200: z.looseObject({ openapi: z.string() }) },
    handle: () => {
      text ??= JSON.stringify(describe(routes as unknown as readonly AnyRoute[]));
      return new Response(text, { headers: { 'content-type': 'application/json' } });
    },
  });
}

function describe(routes: readonly AnyRoute[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const one of routes) paths[one.path] = { ...paths[one.path], [one.method]: operation(one) };
  return {
    openapi: '3.1.0',
    info: { title: 'Burgee', version: '1', description: 'Feature flags that are raised gradually and lowered by themselves.' },
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'burgee', description: 'Writes also need the header X-Burgee: 1' },
        token: { type: 'http', scheme: 'bearer' },
      },
      schemas: {
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'code', 'detail'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            code: { type: 'string', description: 'Stable; branch on it' },
            detail: { type: 'string' },
            fields: {
              type: 'array',
              items: { type: 'object', properties: { field: { type: 'string' }, message: { type: 'string' } } },
            },
          },
        },
      },
    },
  };
}

function operation(one: AnyRoute): object {
  const isOpen = one.permission === 'public' || one.permission === 'open';
  const responses = Object.entries(one.responses).map(([status, schema]) => [
    status,
    { description: 'Done', ...(schema && { content: contentOf(one, schema) }) },
  ]);
  const problem = {
    description: 'A problem',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    summary: one.summary,
    'x-permission': one.permission,
    security: isOpen ? [] : [{ session: [] }, { token: [] }],
    parameters: [...pathParameters(one), ...queryParameters(one)],
    ...(one.body && {
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(one.body, 'input') } } },
    }),
    responses: { ...Object.fromEntries(responses), default: problem },
  };
}

function contentOf({ alsoAs = {} }: AnyRoute, schema: z.ZodType): object {
  const others = Object.entries(alsoAs).map(([type, description]) => [type, { schema: { type: 'string', description } }]);
  return { 'application/json': { schema: jsonSchema(schema, 'output') }, ...Object.fromEntries(others) };
}

function pathParameters({ path }: AnyRoute): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters({ query }: AnyRoute): object[] {
  if (!(query instanceof z.ZodObject)) return [];
  const { properties = {}, required = [] } = jsonSchema(query, 'input') as { properties?: object; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return json;
}
