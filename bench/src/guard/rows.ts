import type { Row } from './row.ts';
import { row01 } from './row-01.ts';
import { row02 } from './row-02.ts';
import { row03 } from './row-03.ts';
import { row04 } from './row-04.ts';
import { row05 } from './row-05.ts';
import { row06 } from './row-06.ts';
import { row07 } from './row-07.ts';
import { row08 } from './row-08.ts';
import { row09 } from './row-09.ts';
import { row10 } from './row-10.ts';
import { row20 } from './row-20.ts';
import { row21 } from './row-21.ts';

/** The rows, in the order of the table. */
export const rows: readonly Row[] = [row01, row02, row03, row04, row05, row06, row07, row08, row09, row10, row20, row21];
