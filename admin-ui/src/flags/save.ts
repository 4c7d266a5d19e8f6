import type { FlagState } from '@burgee/server/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { putTargeting, type Targeting } from '../api/changes.ts';
import { Problem } from '../api/problem.ts';
import * as queries from '../api/queries.ts';
import type { FlagRow, StateRow } from '../api/resources.ts';
import { sent } from './targeting.ts';

const replace = (row: FlagRow, fresh: Pick<StateRow, 'state' | 'version'>): FlagRow => ({
  ...row,
  states: row.states.map((old) =>
    old.state.environment === fresh.state.environment && old.state.flag === fresh.state.flag ? { ...old, ...fresh } : old,
  ),
});

/** Puts a state that the server answered into every list that shows it; the event that follows refreshes the rest. */
export function useShow(project: string): (fresh: Pick<StateRow, 'state' | 'version'>) => void {
  const client = useQueryClient();
  return (fresh) => {
    client.setQueryData(queries.flag(project, fresh.state.flag).queryKey, (row) => row && replace(row, fresh));
    for (const archived of [false, true]) {
      client.setQueryData(queries.flags(project, archived).queryKey, (rows) =>
        rows?.map((row) => (row.flag.key === fresh.state.flag ? replace(row, fresh) : row)),
      );
    }
    void client.invalidateQueries({ queryKey: ['audit'] });
  };
}

/** Whether somebody else was faster. */
export const isMoved = (error: unknown): boolean => error instanceof Problem && error.status === 412;

/** Saves targeting on top of the version it was made from. A 412 refetches, so that the screen can show what moved. */
export function useSave(at: Pick<FlagState, 'project' | 'environment' | 'flag'>) {
  const client = useQueryClient();
  const show = useShow(at.project);
  return useMutation({
    mutationFn: ({ targeting, version }: { targeting: Targeting; version: number }) => putTargeting(at, sent(targeting), version),
    onSuccess: show,
    onError: async (error) => {
      if (!isMoved(error)) return;
      await Promise.all([
        client.invalidateQueries({ queryKey: queries.flag(at.project, at.flag).queryKey }),
        client.invalidateQueries({ queryKey: ['flags', at.project] }),
      ]);
    },
    meta: { quiet: true },
  });
}
