import type { EnvironmentRow } from '../api/environments.ts';

/** One environment that gets another place. */
interface Step {
  readonly key: string;
  readonly order: number;
  readonly version: number;
}

/** What must be written so that the environment at `from` stands at `to`: only those whose number changes. */
export function moves(rows: readonly EnvironmentRow[], from: number, to: number): Step[] {
  const next = [...rows];
  const [moved] = next.splice(from, 1);
  if (moved) next.splice(to, 0, moved);
  return next.flatMap(({ environment, version }, order) =>
    environment.order === order ? [] : [{ key: environment.key, order, version }],
  );
}
