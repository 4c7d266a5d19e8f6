import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import * as queries from '../api/queries.ts';
import type { PlanRow } from '../api/resources.ts';
import type { Column } from '../app/data-table.tsx';
import { ListScreen } from '../app/list-screen.tsx';
import { Chip } from '../app/marks.tsx';
import { useMay } from '../app/permissions.ts';
import screen from '../app/screen.module.css';
import { duration } from '../text/format.ts';
import { plans as t } from '../text/plans.ts';
import { leastMs } from './draft.ts';
import { StageStrip } from './stage-strip.tsx';
import { guardShort } from './words.ts';

/** The recipes that rollouts of the project can follow. */
export function PlanList() {
  const { project } = useParams({ from: '/inside/projects/$project/plans' });
  const may = useMay()('plan:write');
  const query = useQuery(queries.plans(project));
  const columns: Column<PlanRow>[] = [
    { id: 'name', name: t.columns.name, by: ({ name }) => name, cell: (plan) => <Name project={project} plan={plan} /> },
    {
      id: 'stages',
      name: t.columns.stages,
      look: 'wide',
      cell: ({ stages, description }) => (
        <>
          <StageStrip stages={stages} />
          {description && <span className={screen.meta}>{description}</span>}
        </>
      ),
    },
    {
      id: 'least',
      name: t.columns.least,
      look: 'short',
      by: ({ stages }) => leastMs(stages),
      cell: ({ stages }) => <span className="num">{duration(leastMs(stages))}</span>,
    },
    {
      id: 'guards',
      name: t.columns.guards,
      look: 'short',
      cell: ({ guards }) =>
        guards.map((guard) => (
          <span key={guard.key} className={screen.meta}>
            {guardShort(guard)}
          </span>
        )),
    },
    { id: 'tools', name: '', look: 'tools', cell: (plan) => may && <Duplicate project={project} plan={plan} /> },
  ];
  const create = may && (
    <Button
      leftSection={<IconPlus size={16} />}
      renderRoot={(props) => (
        <Link {...props} to="/projects/$project/new-plan" params={{ project }} search={{ from: 'standard' }} />
      )}
    >
      {t.create}
    </Button>
  );
  return (
    <ListScreen
      title={t.title}
      lead={t.lead}
      query={query}
      columns={columns}
      rowKey={({ key }) => key}
      words={({ name, key, description }) => `${name} ${key} ${description}`}
      searchLabel={t.search}
      empty={{ title: t.title, text: t.lead }}
      action={create}
    />
  );
}

function Name({ project, plan: { key, name, builtin } }: { project: string; plan: PlanRow }) {
  return (
    <>
      <Link className={screen.name} to="/projects/$project/plans/$plan" params={{ project, plan: key }}>
        {name || key}
      </Link>
      <span className={screen.meta}>
        <span className="key">{key}</span>
        {builtin && <Chip>{t.builtin}</Chip>}
      </span>
    </>
  );
}

function Duplicate({ project, plan: { key, name } }: { project: string; plan: PlanRow }) {
  return (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={t.duplicateOne(name || key)}
      renderRoot={(props) => <Link {...props} to="/projects/$project/new-plan" params={{ project }} search={{ from: key }} />}
    >
      {t.duplicate}
    </Button>
  );
}
