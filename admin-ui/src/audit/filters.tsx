import { Checkbox, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AuditSearch } from '../api/audit.ts';
import * as queries from '../api/queries.ts';
import { audit as t } from '../text/audit.ts';
import css from './page.module.css';

interface Props {
  readonly project: string;
  readonly filter: AuditSearch;
  onChange(change: AuditSearch): void;
}

const BURGEE = 'Burgee';

/** Where, who, what, about what and when; all of it in the address. */
export function AuditFilters({ project, filter, onChange }: Props) {
  const { data: projects } = useQuery(queries.projects());
  const { data: owners = [] } = useQuery(queries.owners(project));
  const environments = projects?.find((row) => row.project.key === project)?.environments ?? [];
  const names = [...new Set([...owners.map(({ name }) => name), BURGEE, ...(filter.actor ? [filter.actor] : [])])];
  const actions = filter.action && !t.actions[filter.action] ? { ...t.actions, [filter.action]: filter.action } : t.actions;
  return (
    <div className={css.filters}>
      <Select
        w={176}
        clearable
        aria-label={t.environment}
        placeholder={t.everyEnvironment}
        data={environments.map(({ key, name }) => ({ value: key, label: name }))}
        value={filter.environment ?? null}
        onChange={(environment) => onChange({ environment: environment ?? undefined })}
      />
      <Select
        w={145}
        clearable
        searchable
        aria-label={t.actor}
        placeholder={t.anyone}
        data={names.map((name) => ({ value: name, label: name === BURGEE ? t.burgee : name }))}
        value={filter.actor ?? null}
        onChange={(actor) => onChange({ actor: actor ?? undefined })}
      />
      <Select
        w={190}
        clearable
        searchable
        aria-label={t.action}
        placeholder={t.anyAction}
        data={Object.entries(actions).map(([value, label]) => ({ value, label }))}
        value={filter.action ?? null}
        onChange={(action) => onChange({ action: action ?? undefined })}
      />
      <Words key={filter.object ?? ''} value={filter.object} onChange={(object) => onChange({ object })} />
      {(['since', 'until'] as const).map((bound) => (
        <TextInput
          key={bound}
          type="date"
          w={140}
          aria-label={t[bound]}
          title={t[bound]}
          value={filter[bound] ?? ''}
          onChange={(event) => onChange({ [bound]: event.currentTarget.value || undefined })}
        />
      ))}
      <Checkbox
        label={t.whole}
        checked={filter.whole === true}
        onChange={(event) => onChange({ whole: event.currentTarget.checked ? true : undefined })}
      />
    </div>
  );
}

function Words({ value, onChange }: { value: string | undefined; onChange: (value: string | undefined) => void }) {
  const [typed, setTyped] = useState(value ?? '');
  const wanted = typed.trim() === '' ? undefined : typed.trim();
  const send = useDebouncedCallback((next: string) => onChange(next.trim() === '' ? undefined : next.trim()), 900);
  return (
    <TextInput
      w={160}
      aria-label={t.object}
      placeholder={t.objectHint}
      value={typed}
      onBlur={() => wanted !== value && onChange(wanted)}
      onKeyDown={(event) => event.key === 'Enter' && onChange(wanted)}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        send(event.currentTarget.value);
      }}
    />
  );
}
