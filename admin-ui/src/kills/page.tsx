import { Select, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import * as queries from '../api/queries.ts';
import { Empty, Failure, RowsLoading } from '../app/feedback.tsx';
import { kills as t } from '../text/kills.ts';
import css from './page.module.css';
import { KillRow } from './row.tsx';
import { type Places, placesOf } from './switches.ts';

const ROUTE = '/inside/projects/$project/kill-switches';

/** One page for bad days: find a flag, turn it off; see who turned off what. */
export function KillSwitches() {
  const { project } = useParams({ from: ROUTE });
  const { env, q = '' } = useSearch({ from: ROUTE });
  const navigate = useNavigate();
  const projects = useQuery(queries.projects());
  const flags = useQuery(queries.flags(project, false));
  const environments = projects.data?.find((row) => row.project.key === project)?.environments ?? [];
  const environment = env ?? environments.at(-1)?.key;
  const show = (search: { env?: string | undefined; q?: string | undefined }) =>
    void navigate({ to: '/projects/$project/kill-switches', params: { project }, search, replace: true });
  const error = flags.error ?? projects.error;
  const places = flags.data && environment !== undefined ? placesOf(flags.data, environment, q) : null;
  return (
    <>
      <header className={css.head}>
        <div>
          <Title order={1}>{t.title}</Title>
          {environment !== undefined && <p className="muted">{t.intro(environment)}</p>}
        </div>
        <div className={css.tools}>
          <TextInput
            type="search"
            size="md"
            className={css.search ?? ''}
            leftSection={<IconSearch size={18} />}
            aria-label={t.search}
            placeholder={t.searchHint}
            data-autofocus
            value={q}
            onChange={(event) => show({ env, q: event.currentTarget.value || undefined })}
          />
          <Select
            size="md"
            aria-label={t.environment}
            allowDeselect={false}
            data={environments.map(({ key, name }) => ({ value: key, label: name }))}
            value={environment ?? null}
            onChange={(key) => show({ env: key ?? undefined, q: q || undefined })}
          />
        </div>
      </header>
      {error && !places && <Failure error={error} retry={() => void Promise.all([flags.refetch(), projects.refetch()])} />}
      {!places && !error && <RowsLoading rows={6} height={56} />}
      {places && environment !== undefined && <Parts places={places} isSearch={q !== ''} isEmpty={flags.data?.length === 0} />}
    </>
  );
}

function Parts({ places, isSearch, isEmpty }: { places: Places; isSearch: boolean; isEmpty: boolean }) {
  const { killed, switches, others } = places;
  if (isEmpty) return <Empty title={t.empty}>{t.emptyText}</Empty>;
  if (isSearch && killed.length + switches.length + others.length === 0) return <Empty title={t.noMatch}>{t.noMatchText}</Empty>;
  return (
    <>
      {(killed.length > 0 || !isSearch) && (
        <Part
          title={killed.length > 0 ? t.killedNow(killed.length) : t.none}
          rows={killed}
          tone={killed.length > 0 ? 'bad' : 'good'}
        />
      )}
      {switches.length > 0 && <Part title={t.switches} rows={switches} />}
      {others.length > 0 && <Part title={t.others} rows={others} />}
    </>
  );
}

function Part({ title, rows, tone }: { title: string; rows: Places['others']; tone?: 'bad' | 'good' }) {
  return (
    <section className={css.part}>
      <Title order={2} className={css.partTitle ?? ''} data-tone={tone}>
        {title}
      </Title>
      {rows.length > 0 && (
        <ul className={`card ${css.list}`}>
          {rows.map((place) => (
            <KillRow key={place.flag.key} {...place} />
          ))}
        </ul>
      )}
    </section>
  );
}
