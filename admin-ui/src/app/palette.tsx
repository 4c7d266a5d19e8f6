import { Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import * as queries from '../api/queries.ts';
import { text } from '../text/catalogue.ts';
import { palette as t } from '../text/palette.ts';
import { NAVIGATION } from './navigation.ts';
import css from './palette.module.css';
import { find, type Item } from './palette-items.ts';

/** Jumps to anything by a few letters of its name or key. */
export function Palette({ project, onClose }: { project: string; onClose: () => void }) {
  const { data: flags = [] } = useQuery(queries.flags(project, false));
  const { data: rollouts = [] } = useQuery(queries.rollouts(project));
  const { data: segments = [] } = useQuery(queries.segments(project));
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState(0);
  const screens = NAVIGATION.flat().map(({ name, to }) => ({
    label: text.app.nav[name],
    path: to.replace('$project', encodeURIComponent(project)),
  }));
  const found = find({ project, screens, flags, rollouts, segments }, search);
  const open = (item: Item | undefined) => {
    if (item === undefined) return;
    onClose();
    void navigate({ to: item.path });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen((n) => Math.min(n + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setChosen((n) => Math.max(n - 1, 0));
    else if (event.key === 'Enter') open(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal opened onClose={onClose} withCloseButton={false} centered={false} yOffset="14vh" padding={0} aria-label={t.label}>
      <TextInput
        className={css.input ?? ''}
        data-autofocus
        size="md"
        variant="unstyled"
        px="md"
        py={6}
        role="combobox"
        aria-expanded
        aria-controls="palette-found"
        aria-activedescendant={found[chosen] ? `palette-${chosen}` : ''}
        aria-label={t.label}
        placeholder={t.placeholder}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
      />
      <div className={css.list} role="listbox" id="palette-found" aria-label={t.found}>
        {found.map((item, index) => (
          <div
            key={`${item.kind} ${item.path}`}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className={css.option}
            onMouseEnter={() => setChosen(index)}
            onClick={() => open(item)}
            onKeyDown={onKey}
          >
            <span className={css.kind}>{t.kinds[item.kind]}</span>
            <span className={css.label}>{item.label}</span>
            <span className="key muted">{item.detail}</span>
          </div>
        ))}
        {found.length === 0 && <p className={css.none}>{t.none}</p>}
      </div>
    </Modal>
  );
}
