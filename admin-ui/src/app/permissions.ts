import type { Permission } from '@burgee/server/api';
import { useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.ts';

/** Asks what the person may do. The server decides; this only spares them buttons that would be refused. */
export function useMay(): (permission: Permission) => boolean {
  const { data } = useQuery(queries.me());
  return (permission) => data?.permissions.includes(permission) ?? false;
}
