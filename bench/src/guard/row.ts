import type { Figure } from '../figure.ts';
import type { Pool } from '../pool.ts';

export interface RunOptions {
  readonly pool: Pool;
  /** Instead of each row's own number of seeds. */
  readonly seeds: number | null;
  /** A twentieth of the seeds: does it run, and are the figures about right. Bars for counts follow the number of seeds. */
  readonly quick: boolean;
}

/** One row of the table of what the guard must reach. */
export interface Row {
  readonly id: number;
  readonly title: string;
  run(options: RunOptions): Promise<Figure[]>;
}

/** How many seeds a figure takes: `full` unless the caller wants it otherwise. */
export function seedsOf({ seeds, quick }: RunOptions, full: number): number {
  return seeds ?? (quick ? Math.max(9, Math.ceil(full / 20)) : full);
}
