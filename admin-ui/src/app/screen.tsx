import { TextInput, Title } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useRef } from 'react';
import { frame as t } from '../text/frame.ts';
import { Empty } from './feedback.tsx';
import css from './screen.module.css';

interface HeadProps {
  readonly title: string;
  readonly count?: string | undefined;
  /** What the screen is for, in a sentence. */
  readonly lead?: ReactNode;
  /** What can be done here. */
  readonly children?: ReactNode;
}

/** The head of a screen. */
export function ScreenHead({ title, count, lead, children }: HeadProps) {
  return (
    <header className={css.head}>
      <div className={css.said}>
        <Title order={1}>
          {title} {count !== undefined && <span className={css.count}>{count}</span>}
        </Title>
        {lead && <p className={css.lead}>{lead}</p>}
      </div>
      {children && <div className={css.actions}>{children}</div>}
    </header>
  );
}

interface SearchProps {
  readonly label: string;
  readonly value: string | undefined;
  onChange(value: string | undefined): void;
}

/** The search above a list; `/` goes there. */
export function SearchField({ label, value, onChange }: SearchProps) {
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => input.current?.focus()]]);
  return (
    <TextInput
      ref={input}
      className={css.search ?? ''}
      type="search"
      aria-label={label}
      placeholder={`${label}   /`}
      leftSection={<IconSearch size={15} />}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}

/** A screen that this person's role does not show. */
export function NoAccess({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <>
      <ScreenHead title={title} />
      <div className="card">
        <Empty title={t.noAccess}>{children ?? t.noAccessText}</Empty>
      </div>
    </>
  );
}

/** A titled part of a screen. */
export function Part({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={`card ${css.part}`} aria-label={title}>
      <header className={css.partHead}>
        <div className={css.said}>
          <Title order={2}>{title}</Title>
          {lead && <p className={css.lead}>{lead}</p>}
        </div>
        {actions && <div className={css.actions}>{actions}</div>}
      </header>
      {children}
    </section>
  );
}
