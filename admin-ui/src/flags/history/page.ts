import type { AuditRecord } from '@burgee/server/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import * as queries from '../../api/queries.ts';

const FIRST = 20;

/** A flag's history, newest first, in one environment or in all; what is about the flag itself belongs to every one. */
export function useHistory(project: string, flag: string, environment: string | undefined) {
  const object = `flag/${flag}`;
  const query = useInfiniteQuery({
    queryKey: ['audit', project, 'history', object, environment ?? ''],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) =>
      queries.auditPage(project, { object, environment }, pageParam, pageParam === undefined ? FIRST : 50),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const entries: readonly AuditRecord[] = query.data?.pages.flatMap((page) => page.entries) ?? [];
  return { ...query, entries };
}
