import type { ReactNode } from 'react';
import css from './change-line.module.css';

/** The one sentence of a confirmation. */
export function ChangeLine({ children }: { children: ReactNode }) {
  return <p className={css.line}>{children}</p>;
}
