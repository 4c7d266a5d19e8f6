import type { Prerequisite } from '@burgee/engine';
import type { Flag } from '@burgee/server/api';
import { ActionIcon, MultiSelect, Select, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import * as queries from '../api/queries.ts';
import { text } from '../text/catalogue.ts';
import type { DraftHandle } from './draft.ts';
import css from './prerequisites.module.css';

const t = text.flags.prerequisites;

interface Props {
  readonly flag: Flag;
  readonly environment: string;
  readonly draft: DraftHandle;
  readonly locked: boolean;
}

/** Other flags that must serve a wanted variant, or everyone gets the off variant here. */
export function Prerequisites({ flag, environment, draft, locked }: Props) {
  const { targeting } = draft;
  const { prerequisites } = targeting;
  // thousands of flags are read only by somebody who looks for one
  const [looked, setLooked] = useState(false);
  const wanted = looked || prerequisites.length > 0;
  const { data = [] } = useQuery({ ...queries.flagsIn(flag.project, environment), enabled: wanted });
  const set = (next: readonly Prerequisite[]) => draft.set({ ...targeting, prerequisites: next });
  const used = new Set(prerequisites.map((one) => one.flag));
  const others = data.filter((row) => row.flag.key !== flag.key && !used.has(row.flag.key));
  const variantsOf = (key: string) => data.find((row) => row.flag.key === key)?.flag.variants.map((variant) => variant.key) ?? [];
  const add = (key: string) => {
    const wanted = variantsOf(key).find((variant) => variant !== 'off');
    set([...prerequisites, { flag: key, variants: wanted === undefined ? [] : [wanted] }]);
  };
  if (locked && prerequisites.length === 0) return null;
  return (
    <section className={`card ${css.card}`}>
      <Title order={2}>{text.flags.page.prerequisites}</Title>
      <Text fz="sm" className="muted">
        {t.hint}
      </Text>
      {prerequisites.map((one) => (
        <div key={one.flag} className={css.line}>
          <span className="key">{one.flag}</span>
          <span className="muted">{t.serves}</span>
          <MultiSelect
            size="xs"
            aria-label={t.variants(one.flag)}
            disabled={locked}
            data={[...new Set([...variantsOf(one.flag), ...one.variants])]}
            value={[...one.variants]}
            onChange={(variants) => set(prerequisites.map((old) => (old.flag === one.flag ? { ...old, variants } : old)))}
          />
          {!locked && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t.remove(one.flag)}
              onClick={() => set(prerequisites.filter((old) => old.flag !== one.flag))}
            >
              <IconX size={15} />
            </ActionIcon>
          )}
        </div>
      ))}
      {!locked && (
        <Select
          size="xs"
          mt={10}
          maw={280}
          searchable
          limit={100}
          aria-label={t.add}
          onFocus={() => setLooked(true)}
          placeholder={t.add}
          data={others.map((row) => ({ value: row.flag.key, label: row.flag.name || row.flag.key }))}
          value={null}
          onChange={(key) => key && add(key)}
        />
      )}
    </section>
  );
}
