import { allocationRow } from './allocation.ts';
import { coldRow } from './cold.ts';
import type { Row } from './row.ts';
import { scenarios } from './scenarios.ts';
import { swapRow } from './swap-row.ts';
import { warmRow } from './warm.ts';

const byId = (a: Row, b: Row): number => a.id.localeCompare(b.id);

/** S1–S8, then what the SDK promises besides. */
export const rows: readonly Row[] = [...[...scenarios.map(warmRow), coldRow].sort(byId), allocationRow, swapRow];
