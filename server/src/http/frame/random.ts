import { randomBytes } from 'node:crypto';
import type { Random } from '../../domain/ports.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Base62 characters from the operating system's generator, 5.95 bits each; bytes from 248 on are dropped, so all are as likely. */
export const random: Random = (characters) => {
  let text = '';
  while (text.length < characters)
    for (const byte of randomBytes(characters - text.length + 4))
      if (byte < 248 && text.length < characters) text += BASE62[byte % 62];
  return text;
};
