import { z } from 'zod';
import { found } from '../frame/commit.ts';
import { type Route, route } from '../frame/route.ts';

/** Who may answer for a flag: names for lists and pickers, for everybody who may read flags. */
export const ownerRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/projects/{project}/owners',
    permission: 'flag:read',
    summary: 'Ids and names of the people who can own flags, and whether they can still log in',
    params: z.object({ project: z.string() }),
    responses: {
      200: z.strictObject({ owners: z.array(z.strictObject({ id: z.string(), name: z.string(), disabled: z.boolean() })) }),
    },
    handle: async ({ params: { project }, deps: { store } }) => {
      found(await store.get('project', { key: project }), `project ${project}`);
      const people = await store.list('user');
      const owners = people.map(({ entity: { id, name, email, disabled } }) => ({ id, name: name || email, disabled }));
      return { status: 200, body: { owners: owners.sort((a, b) => a.name.localeCompare(b.name, 'en')) } };
    },
  }),
];
