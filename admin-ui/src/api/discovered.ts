import type { DiscoveredRow } from '@burgee/server/api';
import { queryOptions } from '@tanstack/react-query';
import { api, query, request } from './client.ts';

type Page = { readonly discovered: readonly DiscoveredRow[]; readonly next: string | null };

/** Pages at most: who has more of them has another problem. */
const MOST_PAGES = 10;

/** Flags that applications ask for and nobody has made. */
export const discovered = (project: string) =>
  queryOptions({
    queryKey: ['discovered', project],
    queryFn: async () => {
      const rows: DiscoveredRow[] = [];
      let after: string | null = '';
      for (let page = 0; after !== null && page < MOST_PAGES; page++) {
        const path: string = `${api('projects', project, 'discovered-flags')}${query({ after, limit: 200 })}`;
        const answer: Page = await request<Page>('GET', path);
        rows.push(...answer.discovered);
        after = answer.next;
      }
      return rows;
    },
  });

export const dismissDiscovered = (project: string, flag: string, reason: string) =>
  request<void>('POST', api('projects', project, 'discovered-flags', 'dismiss'), {
    body: { flag, ...(reason === '' ? {} : { reason }) },
  });
