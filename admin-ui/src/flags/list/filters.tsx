import { NativeSelect, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { OwnerRow } from '../../api/resources.ts';
import type { FlagFilter } from '../../app/search-params.ts';
import { text } from '../../text/catalogue.ts';
import { LIFE_CYCLES } from '../lifecycle.ts';
import css from './page.module.css';

const t = text.flags;

interface Props {
  readonly filter: FlagFilter;
  readonly tags: readonly string[];
  readonly owners: readonly OwnerRow[];
  readonly children: ReactNode;
  onChange(change: FlagFilter): void;
}

/** What narrows the list. All of it is in the address. */
export function Filters({ filter, tags, owners, children, onChange }: Props) {
  return (
    <search className={css.filters} aria-label={t.list.filters}>
      <Search value={filter.q ?? ''} onChange={(q) => onChange({ q })} />
      <Pick
        label={t.kind}
        every={t.everyKind}
        options={Object.entries(t.kinds)}
        value={filter.kind}
        onChange={(kind) => onChange({ kind })}
      />
      <Pick
        label={t.list.life}
        every={t.list.everyLife}
        options={LIFE_CYCLES.filter((life) => life !== 'archived').map((life) => [life, t.life[life]])}
        value={filter.life}
        onChange={(life) => onChange({ life })}
      />
      {(tags.length > 0 || filter.tag !== undefined) && (
        <Pick
          label={t.tag}
          every={t.everyTag}
          options={tags.map((tag) => [tag, tag])}
          value={filter.tag}
          onChange={(tag) => onChange({ tag })}
        />
      )}
      <Pick
        label={t.list.owner}
        every={t.list.everyOwner}
        options={[['none', t.list.nobody], ...owners.map(({ id, name }): [string, string] => [id, name])]}
        value={filter.owner}
        onChange={(owner) => onChange({ owner })}
      />
      {children}
    </search>
  );
}

/** Typing shows at once in the field; the address, and with it the list, follows when the hand rests. */
function Search({ value, onChange }: { value: string; onChange: (q: string | undefined) => void }) {
  const [typed, setTyped] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useHotkeys([['/', () => input.current?.focus()]]);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (next: string) => {
    setTyped(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(next === '' ? undefined : next), 90);
  };
  return (
    <TextInput
      ref={input}
      className={css.search ?? ''}
      size="sm"
      type="search"
      aria-label={t.search}
      placeholder={t.searchHint}
      leftSection={<IconSearch size={15} />}
      value={typed}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}

interface PickProps {
  readonly label: string;
  readonly every: string;
  readonly options: readonly (readonly [string, string])[];
  readonly value: string | undefined;
  onChange(value: string | undefined): void;
}

function Pick({ label, every, options, value, onChange }: PickProps) {
  return (
    <NativeSelect
      className={css.pick ?? ''}
      aria-label={label}
      data-set={value !== undefined}
      data={[{ value: '', label: every }, ...options.map(([key, words]) => ({ value: key, label: words }))]}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}
