import type { Row } from './row.ts';
import { measureSteps } from './row-03.ts';

export const row04: Row = {
  id: 4,
  title: 'the same at 100 requests a second',
  run: (options) => measureSteps(4, 100, [600, 90, 20], 101, options),
};
