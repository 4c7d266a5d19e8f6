import type { Figure } from '../figure.ts';
import type { CandidateId } from './candidates.ts';

/** A column of the table of everybody: numbers by candidate. */
export interface Column {
  readonly title: string;
  readonly values: Partial<Record<CandidateId, number>>;
}

export interface Measured {
  readonly figures: readonly Figure[];
  readonly columns: readonly Column[];
}

export interface Row {
  /** As `--scenarios` names it. */
  readonly id: string;
  readonly title: string;
  run(options: { readonly isQuick: boolean }): Promise<Measured>;
}
