import type { Sample } from '@burgee/server/api';
import { Button, Group, Select, Textarea, TextInput, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem } from '../api/problem.ts';
import * as queries from '../api/queries.ts';
import { type SourceRow, type Trial, trySource } from '../api/sources.ts';
import { DurationField } from '../app/duration-field.tsx';
import { useNow } from '../app/now.ts';
import { Refusal } from '../app/panel.tsx';
import { clockTime, duration, number, rate } from '../text/format.ts';
import { sources } from '../text/sources.ts';
import css from './sources.module.css';

const t = sources.test;

interface Props {
  readonly project: string;
  readonly source: SourceRow;
  readonly disabled: boolean;
  readonly unsaved: boolean;
}

/** Asks a source once, and shows what came back. */
export function Trials({ project, source: { key, type }, disabled, unsaved }: Props) {
  const { data: projects = [] } = useQuery(queries.projects());
  const environments = projects.find((row) => row.project.key === project)?.environments ?? [];
  const json = type === 'json';
  const [trial, setTrial] = useState<Trial>({
    errors: json ? '/errors' : '',
    total: json ? '/total' : '',
    flag: '',
    environment: '',
    windowMs: 60_000,
  });
  const set = (part: Partial<Trial>) => setTrial((before) => ({ ...before, ...part }));
  const environment = trial.environment || environments.at(-1)?.key || 'production';
  const ask = useMutation({
    mutationFn: () => trySource(project, key, { ...trial, environment, flag: trial.flag.trim() || 'flag' }),
    meta: { quiet: true },
  });
  const problem = ask.error instanceof Problem ? ask.error : undefined;
  const mono = { input: { fontFamily: 'var(--mantine-font-family-monospace)' } };
  return (
    <section className={css.trial} aria-label={t.title}>
      <Title order={3}>{t.title}</Title>
      <p className={css.lead}>{unsaved ? t.unsaved : t.lead}</p>
      <Textarea
        label={t.errors[type]}
        description={t.hints[type]}
        autosize
        styles={mono}
        value={trial.errors}
        error={problem?.about('errors')}
        onChange={(event) => set({ errors: event.currentTarget.value })}
      />
      <Textarea
        label={t.total[type]}
        description={t.totalHints[type]}
        autosize
        styles={mono}
        value={trial.total}
        error={problem?.about('total')}
        onChange={(event) => set({ total: event.currentTarget.value })}
      />
      <div className={css.place}>
        <TextInput
          label={t.flag}
          placeholder="checkout"
          value={trial.flag}
          error={problem?.about('flag')}
          onChange={(event) => set({ flag: event.currentTarget.value })}
        />
        <Select
          label={t.environment}
          allowDeselect={false}
          data={environments.map((one) => ({ value: one.key, label: one.name }))}
          value={environment}
          onChange={(next) => next && set({ environment: next })}
        />
        <DurationField
          label={t.window}
          value={trial.windowMs}
          error={problem?.about('windowMs')}
          onChange={(windowMs) => set({ windowMs })}
        />
      </div>
      <Group gap="xs">
        <Button
          variant="default"
          disabled={disabled || unsaved || trial.errors === '' || trial.total === ''}
          loading={ask.isPending}
          onClick={() => ask.mutate()}
        >
          {t.run}
        </Button>
      </Group>
      <div aria-live="polite">
        {ask.data && <Answer sample={ask.data.sample} />}
        <Refusal error={ask.error} fields={['errors', 'total', 'flag', 'windowMs']} />
      </div>
    </section>
  );
}

/** What came back: the numbers and how new they are, or why there are none. */
function Answer({ sample }: { sample: Sample }) {
  const now = useNow(1000);
  if (sample.kind === 'ok') {
    const { errors, total, asOf } = sample;
    return (
      <div className={css.answer} data-kind="ok">
        <IconCircleCheck size={17} aria-hidden="true" />
        <div>
          <strong>{t.ok}</strong>
          <p className="num">
            {t.counts(number(errors), number(total))}
            {total > 0 && <>, {t.rate(rate(errors / total))}</>}
          </p>
          <p className="muted">{t.asOf(clockTime(asOf), duration(Math.max(0, now - asOf)))}</p>
        </div>
      </div>
    );
  }
  const unavailable = sample.kind === 'unavailable';
  const Icon = unavailable ? IconAlertTriangle : IconCircleDashed;
  return (
    <div className={css.answer} data-kind={sample.kind}>
      <Icon size={17} aria-hidden="true" />
      <div>
        <strong>{unavailable ? t.unavailable : t.noData}</strong>
        <p>{sample.reason}</p>
        {unavailable && sample.permanent && <p className="muted">{t.permanent}</p>}
        {unavailable && sample.retryAfterMs !== undefined && <p className="muted">{t.again(duration(sample.retryAfterMs))}</p>}
      </div>
    </div>
  );
}
