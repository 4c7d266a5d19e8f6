import type { Flag } from '@burgee/server/api';
import { ActionIcon, Anchor, CopyButton, Text, Title } from '@mantine/core';
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import type { StateRow } from '../api/resources.ts';
import { useMay } from '../app/permissions.ts';
import { useStored } from '../app/stored.ts';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import { type Snippet, snippetsOf } from './code.ts';
import css from './snippets.module.css';

const t = page.snippets;
const nameIn = (stored: unknown): string => (typeof stored === 'string' ? stored : 'node');

/** Code that asks for this flag, ready to be copied; the one that was looked at last is shown. */
export function Snippets({ flag, row }: { flag: Flag; row: StateRow }) {
  const [wanted, setWanted] = useStored('burgee-snippet', nameIn);
  const id = useId();
  const may = useMay();
  const { project, environment, offVariant } = row.state;
  const all = snippetsOf(flag, { url: location.origin, environment, offVariant });
  const shown = all.find(({ name }) => name === wanted) ?? all[0];
  if (!shown) return null;
  const hidden = flag.browserAccess === 'none' && (shown.name === 'browser' || shown.name === 'react');
  return (
    <section className={`card ${css.card}`}>
      <header className={css.head}>
        <Title order={2}>{t.title}</Title>
        <Tabs all={all} shown={shown.name} panel={id} onChoose={setWanted} />
      </header>
      <div className={css.code} id={id} role="tabpanel" aria-label={t.names[shown.name]}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <pre tabIndex={0}>{shown.code}</pre>
        <CopyButton value={shown.code}>
          {({ copied, copy }) => (
            <ActionIcon
              variant="default"
              className={css.copy ?? ''}
              aria-label={copied ? text.flags.page.copied : t.copy}
              onClick={copy}
            >
              {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
            </ActionIcon>
          )}
        </CopyButton>
      </div>
      {hidden && (
        <Text fz="sm" c="var(--warn)" mt={6}>
          {t.hidden}
        </Text>
      )}
      {may('token:write') && (
        <Anchor
          component={Link}
          className={css.key ?? ''}
          fz="sm"
          to={`/projects/${encodeURIComponent(project)}/environments?open=${encodeURIComponent(`key in ${environment}`)}`}
        >
          <IconKey size={14} aria-hidden />
          {t.makeKey(environment)}
        </Anchor>
      )}
    </section>
  );
}

interface TabsProps {
  readonly all: readonly Snippet[];
  readonly shown: Snippet['name'];
  readonly panel: string;
  onChoose(name: string): void;
}

function Tabs({ all, shown, panel, onChoose }: TabsProps) {
  const [focused, setFocused] = useState(false);
  const move = (by: number) => {
    const at = all.findIndex(({ name }) => name === shown);
    const next = all[(at + by + all.length) % all.length];
    if (!next) return;
    setFocused(true);
    onChoose(next.name);
  };
  return (
    <div className={css.tabs} role="tablist" aria-label={t.title}>
      {all.map(({ name }) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={name === shown}
          aria-controls={panel}
          tabIndex={name === shown ? 0 : -1}
          ref={(tab) => {
            if (!focused || name !== shown) return;
            tab?.focus();
            setFocused(false);
          }}
          onClick={() => onChoose(name)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowRight') move(1);
            if (event.key === 'ArrowLeft') move(-1);
          }}
        >
          {t.names[name]}
        </button>
      ))}
    </div>
  );
}
