import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Logo } from '../app/logo.tsx';
import { text } from '../text/catalogue.ts';
import css from './gate.module.css';

/** The page before the frame: one card in calm water. */
export function Gate({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={css.gate}>
      <div className={css.brand}>
        <Logo size={30} />
        <span>{text.app.name}</span>
      </div>
      <section className={`card ${css.card}`}>
        <Title order={1} mb="sm">
          {title}
        </Title>
        {children}
      </section>
    </main>
  );
}
