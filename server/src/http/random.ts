import { randomInt } from 'node:crypto';
import type { Random } from '../domain/ports.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Base62 characters from the operating system's generator, 5.95 bits each. */
export const random: Random = (characters) => {
  let text = '';
  for (let i = 0; i < characters; i++) text += BASE62[randomInt(62)];
  return text;
};
