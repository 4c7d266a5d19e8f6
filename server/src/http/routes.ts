import type { Route } from './route.ts';

/** Every route of the server but the admin UI's files: what is mounted, documented and tested for permissions. */
export const routes: readonly Route[] = [];
