import { Box, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import * as queries from '../api/queries.ts';
import { Failure, RowsLoading } from '../app/feedback.tsx';
import { EnvironmentCards } from './environment-cards.tsx';
import { EnvironmentView } from './environment-view.tsx';
import { Head } from './head.tsx';
import { FlagHistory } from './history/list.tsx';
import { isProduction } from './targeting.ts';

const ROUTE = '/inside/projects/$project/flags/$flag';

/** One flag: its state everywhere on top, then everything about it in one environment, then what happened to it. */
export function FlagPage() {
  const { project, flag: key } = useParams({ from: ROUTE });
  const { env } = useSearch({ from: ROUTE });
  const { data, error, refetch } = useQuery(queries.flag(project, key));
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) {
    return (
      <Box>
        <Skeleton height={30} width={280} mb="lg" />
        <Skeleton height={110} mb="lg" />
        <RowsLoading rows={5} height={54} />
      </Box>
    );
  }
  const row =
    data.states.find(({ state }) => state.environment === env) ??
    data.states.find(({ state }) => isProduction(state.environment)) ??
    data.states.at(-1);
  return (
    <>
      <Head row={data} chosen={row?.state.environment ?? ''} />
      <EnvironmentCards row={data} chosen={row?.state.environment ?? ''} />
      {row && <EnvironmentView key={`${row.state.flag}/${row.state.environment}`} flagRow={data} row={row} />}
      <FlagHistory row={data} />
    </>
  );
}
