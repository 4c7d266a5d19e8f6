import { Button, CopyButton, JsonInput, MultiSelect, TextInput, Title } from '@mantine/core';
import { IconCheck, IconLink, IconSearch, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import * as queries from '../api/queries.ts';
import { Empty, Failure, RowsLoading } from '../app/feedback.tsx';
import { playground as t } from '../text/playground.ts';
import { Answers } from './answers.tsx';
import { readContext } from './evaluate.ts';
import css from './page.module.css';

const ROUTE = '/inside/projects/$project/playground';
const EXAMPLE = '{\n  "targetingKey": "user-1"\n}';

/** Asks every flag on behalf of somebody, in every environment at once. The address holds the question. */
export function Playground() {
  const { project } = useParams({ from: ROUTE });
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate();
  const [typed, setTyped] = useState(search.context ?? EXAMPLE);
  const projects = useQuery(queries.projects());
  const flags = useQuery(queries.flags(project, false));
  const segments = useQuery(queries.segments(project));
  const all = projects.data?.find((row) => row.project.key === project)?.environments ?? [];
  const wanted = search.env?.split(',').filter((key) => all.some((one) => one.key === key)) ?? [];
  const shown = wanted.length === 0 ? all : all.filter(({ key }) => wanted.includes(key));
  const show = (next: typeof search) =>
    void navigate({ to: '/projects/$project/playground', params: { project }, search: { ...search, ...next }, replace: true });
  const type = (context: string) => {
    setTyped(context);
    if ('context' in readContext(context)) show({ context });
  };
  const read = readContext(typed);
  const error = flags.error ?? segments.error ?? projects.error;
  const isLoaded = flags.data && segments.data && all.length > 0;
  const retry = () => void Promise.all([flags.refetch(), segments.refetch(), projects.refetch()]);
  return (
    <>
      <Title order={1}>{t.title}</Title>
      <p className={css.lead}>{t.lead}</p>
      <div className={css.columns}>
        <div className={css.question}>
          <JsonInput
            label={t.context}
            description={t.contextHint}
            autosize
            minRows={6}
            maxRows={18}
            formatOnBlur
            error={'wrong' in read ? t.wrong[read.wrong] : null}
            value={typed}
            onChange={type}
          />
          <div className={css.tools}>
            <Button
              variant="default"
              leftSection={<IconUsers size={16} />}
              disabled={'wrong' in read}
              onClick={() => 'context' in read && type(JSON.stringify({ ...read.context, targetingKey: somebody() }, null, 2))}
            >
              {t.someone}
            </Button>
            <CopyButton value={location.href}>
              {({ copied, copy }) => (
                <Button
                  variant="default"
                  leftSection={copied ? <IconCheck size={16} /> : <IconLink size={16} />}
                  onClick={copy}
                  aria-live="polite"
                >
                  {copied ? t.copied : t.link}
                </Button>
              )}
            </CopyButton>
          </div>
          <MultiSelect
            label={t.environments}
            placeholder={wanted.length === 0 ? t.allEnvironments : ''}
            data={all.map(({ key, name }) => ({ value: key, label: name }))}
            value={wanted}
            onChange={(keys) => show({ env: keys.length === 0 ? undefined : keys.join(',') })}
          />
          <TextInput
            type="search"
            label={t.search}
            leftSection={<IconSearch size={15} />}
            value={search.q ?? ''}
            onChange={(event) => show({ q: event.currentTarget.value || undefined })}
          />
        </div>
        <div className={`card ${css.answers}`}>
          {error && !isLoaded && <Failure error={error} retry={retry} />}
          {!isLoaded && !error && <RowsLoading rows={10} />}
          {isLoaded && flags.data.length === 0 && <Empty title={t.empty}>{t.emptyText}</Empty>}
          {isLoaded && flags.data.length > 0 && (
            <Answers
              project={project}
              rows={flags.data}
              segments={segments.data}
              environments={shown}
              context={'context' in read ? read.context : {}}
              search={search.q ?? ''}
            />
          )}
        </div>
      </div>
    </>
  );
}

const somebody = (): string => `user-${Math.floor(Math.random() * 1e6)}`;
