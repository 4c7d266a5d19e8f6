import { Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import * as queries from '../api/queries.ts';
import { text } from '../text/catalogue.ts';
import css from './palette.module.css';

/** Jumps to a flag by a few letters of its name or key. */
export function Palette({ project, onClose }: { project: string; onClose: () => void }) {
  const { data = [] } = useQuery(queries.flags(project, false));
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState(0);
  const words = search.toLowerCase().split(/\s+/);
  const found = data
    .filter(({ flag }) => words.every((word) => `${flag.name} ${flag.key}`.toLowerCase().includes(word)))
    .slice(0, 8);
  const open = (flag: string | undefined) => {
    if (flag === undefined) return;
    onClose();
    void navigate({ to: '/projects/$project/flags/$flag', params: { project, flag } });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen((n) => Math.min(n + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setChosen((n) => Math.max(n - 1, 0));
    else if (event.key === 'Enter') open(found[chosen]?.flag.key);
    else return;
    event.preventDefault();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      centered={false}
      yOffset="14vh"
      padding={0}
      aria-label={text.app.palette.label}
    >
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
        aria-label={text.app.palette.label}
        placeholder={text.app.palette.placeholder}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
      />
      <div className={css.list} role="listbox" id="palette-found" aria-label={text.flags.title}>
        {found.map(({ flag }, index) => (
          <div
            key={flag.key}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className={css.option}
            onMouseEnter={() => setChosen(index)}
            onClick={() => open(flag.key)}
            onKeyDown={onKey}
          >
            <span>{flag.name || flag.key}</span>
            <span className="key muted">{flag.key}</span>
          </div>
        ))}
        {found.length === 0 && <p className={css.none}>{text.app.palette.none}</p>}
      </div>
    </Modal>
  );
}
