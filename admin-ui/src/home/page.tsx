import { Anchor, Button, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { discovered as discoveredFlags } from '../api/discovered.ts';
import * as queries from '../api/queries.ts';
import { useFavourites } from '../app/favourites.ts';
import { Empty, Failure, RowsLoading } from '../app/feedback.tsx';
import { useNow } from '../app/now.ts';
import { useMay } from '../app/permissions.ts';
import kills from '../kills/page.module.css';
import { KillRow } from '../kills/row.tsx';
import { placesOf } from '../kills/switches.ts';
import { home as t } from '../text/home.ts';
import { NeedRow } from './need-row.tsx';
import { needsOf } from './needs.ts';
import css from './page.module.css';
import { Recent } from './recent.tsx';
import { Running } from './running.tsx';

/** What needs a person now, what is under way, what has happened, and the switches for a bad day. */
export function Home() {
  const { project } = useParams({ from: '/inside/projects/$project/home' });
  const now = useNow(30_000);
  const may = useMay();
  const rollouts = useQuery(queries.rollouts(project));
  const flags = useQuery(queries.flags(project, false));
  const discovered = useQuery(discoveredFlags(project));
  const needs = needsOf({ rollouts: rollouts.data, flags: flags.data, discovered: discovered.data }, now);
  const asked = [rollouts, flags, discovered];
  const failed = asked.find(({ data, error }) => error !== null && data === undefined);
  const isNew = flags.data?.length === 0;
  const isLoading = asked.some(({ isPending }) => isPending);
  return (
    <>
      <header className={css.head}>
        <Title order={1}>{t.title}</Title>
        {may('flag:write') && !isNew && <NewFlag project={project} />}
      </header>
      {failed && <Failure error={failed.error} retry={() => void Promise.all(asked.map(({ refetch }) => refetch()))} />}
      {isNew && (
        <div className="card">
          <Empty title={t.noFlags} action={may('flag:write') && <NewFlag project={project} />}>
            {t.noFlagsText}
          </Empty>
        </div>
      )}
      <div className={css.columns} hidden={isNew}>
        <div className={css.main}>
          <section className="card" aria-labelledby="needs">
            <header className={css.partHead}>
              <Title order={2} id="needs">
                {t.needs}
              </Title>
            </header>
            {isLoading && !failed && <RowsLoading rows={3} height={40} />}
            {!isLoading && !failed && needs.length === 0 && <Empty title={t.calm}>{t.calmText}</Empty>}
            <ul className={css.list}>
              {needs.map((need) => (
                <NeedRow key={keyOf(need)} need={need} project={project} now={now} />
              ))}
            </ul>
          </section>
          <Running rollouts={rollouts.data} />
          <Recent project={project} now={now} />
        </div>
        <aside className={css.side}>
          <Switches project={project} flags={flags.data} />
        </aside>
      </div>
    </>
  );
}

function NewFlag({ project }: { project: string }) {
  const navigate = useNavigate();
  const open = () => void navigate({ to: '/projects/$project/flags', params: { project }, search: { new: true } });
  return <Button onClick={open}>{t.newFlag}</Button>;
}

function keyOf(need: ReturnType<typeof needsOf>[number]): string {
  if ('rollout' in need) return need.rollout.id;
  return 'state' in need ? `${need.state.environment} ${need.flag.key}` : need.kind;
}

/** Kill switches and favourites where they matter most, each with its handle. */
function Switches({ project, flags }: { project: string; flags: Parameters<typeof placesOf>[0] | undefined }) {
  const projects = useQuery(queries.projects());
  const { keys } = useFavourites(project);
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const environment = projects.data?.find((row) => row.project.key === project)?.environments.at(-1);
  if (!flags || !environment) return <RowsLoading rows={4} height={44} />;
  const { killed, switches, others } = placesOf(flags, environment.key, '');
  const starred = others.filter(({ flag }) => keys.has(flag.key));
  const shown = [...switches, ...starred];
  const go = (event: FormEvent) => {
    event.preventDefault();
    void navigate({ to: '/projects/$project/kill-switches', params: { project }, search: search === '' ? {} : { q: search } });
  };
  return (
    <section className="card" aria-labelledby="switches">
      <header className={css.partHead}>
        <Title order={2} id="switches">
          {t.switches} <span className="muted">{t.in(environment.name)}</span>
        </Title>
        <Anchor component={Link} to={`/projects/${encodeURIComponent(project)}/kill-switches`} fz="sm">
          {t.allSwitches}
        </Anchor>
      </header>
      <form onSubmit={go} className={css.find}>
        <TextInput
          type="search"
          aria-label={t.findSwitch}
          placeholder={t.findSwitch}
          leftSection={<IconSearch size={15} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </form>
      {shown.length === 0 && killed.length === 0 && <p className={css.none}>{t.noSwitches}</p>}
      <ul className={kills.list}>
        {[...killed, ...shown].map((place) => (
          <KillRow key={place.flag.key} {...place} />
        ))}
      </ul>
    </section>
  );
}
