import type { Attribute } from '@burgee/server/api';
import { useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.ts';

/** What applications have sent in the project's last environment, which is production where there is one. */
export function useAttributes(project: string): readonly Attribute[] | undefined {
  const { data: projects } = useQuery(queries.projects());
  const last = projects?.find((row) => row.project.key === project)?.environments.at(-1)?.key;
  return useQuery({ ...queries.attributes(project, last ?? ''), enabled: last !== undefined }).data;
}
