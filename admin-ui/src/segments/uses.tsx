import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type SegmentInUse, segmentUsage } from '../api/segments.ts';
import { DataTable } from '../app/data-table.tsx';
import { Failure } from '../app/feedback.tsx';
import screen from '../app/screen.module.css';
import { Part } from '../app/screen.tsx';
import { count } from '../text/format.ts';
import { segments as t } from '../text/segments.ts';
import css from './page.module.css';

/** The rules that name a segment. */
export function SegmentUses({ project, usedBy }: { project: string } & Pick<SegmentInUse, 'usedBy'>) {
  return (
    <Part title={t.used} lead={usedBy.length > 0 ? t.usedLead : t.usedNowhere}>
      {usedBy.length > 0 && (
        <div className={screen.list}>
          <DataTable
            label={t.used}
            rows={usedBy}
            rowKey={({ flag, environment }) => `${environment} ${flag}`}
            columns={[
              {
                id: 'flag',
                name: t.flag,
                look: 'wide',
                cell: ({ flag, environment }) => (
                  <Link
                    className={screen.name}
                    to="/projects/$project/flags/$flag"
                    params={{ project, flag }}
                    search={{ env: environment }}
                  >
                    {flag}
                  </Link>
                ),
              },
              { id: 'environment', name: t.inEnvironment, look: 'short', cell: ({ environment }) => environment },
            ]}
          />
        </div>
      )}
    </Part>
  );
}

/** About how many are in a segment, where anything that was reported tells. */
export function SegmentUnits({ project, segment }: { project: string; segment: string }) {
  const { data, error, refetch } = useQuery(segmentUsage(project, segment));
  return (
    <Part title={t.units} lead={t.unitsLead}>
      <div className={css.body}>
        {error && !data && <Failure error={error} retry={() => void refetch()} />}
        {!data && !error && <Skeleton height={40} />}
        <dl className={css.units}>
          {data?.environments.map(({ environment, units }) => (
            <div key={environment}>
              <dt>{environment}</dt>
              <dd data-known={units !== null}>{units === null ? t.unknown : t.atLeast(count(units))}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Part>
  );
}
