import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { BurgeeError } from '../../domain/errors.ts';

/** Makes and checks password hashes, two at a time: each takes 32 MiB and about half a second. */
export interface Passwords {
  /** `$scrypt$ln=15,r=8,p=3$<salt>$<hash>` */
  hash(password: string): Promise<string>;
  /** Against null (an unknown or password-less account) it takes as long and answers false. */
  verify(password: string, hash: string | null): Promise<boolean>;
  /** Whether a hash was made with other parameters than those in force. */
  isOutdated(hash: string): boolean;
}

const SLOTS = 2;
/** About 10 s of work; who comes later is told to come back. */
const WAITING = 40;
const BYTES = 32;
/** Up to 128 MiB: more is not a hash of ours, and not to be worked on. */
const FORM = /^\$scrypt\$ln=(\d|1[0-7]),r=(8),p=([1-9])\$([\w-]+)\$([\w-]+)$/;

/** scrypt with N = 2^logN, r = 8, p = 3 (OWASP's set for 32 MiB); only tests lower `logN`. */
export function createPasswords({ logN = 15 }: { readonly logN?: number } = {}): Passwords {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function derive(password: string, salt: Buffer, ln: number, r: number, p: number): Promise<Buffer> {
    if (running >= SLOTS) {
      if (waiting.length >= WAITING)
        throw new BurgeeError('unavailable', 'too many logins at once, try again shortly', { retryAfter: 5 });
      await new Promise<void>((go) => waiting.push(go));
    } else running++;
    try {
      return await new Promise<Buffer>((resolve, reject) =>
        scrypt(password.normalize('NFKC'), salt, BYTES, { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r }, (error, key) =>
          error === null ? resolve(key) : reject(error),
        ),
      );
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  }

  async function hash(password: string): Promise<string> {
    const salt = randomBytes(16);
    const key = await derive(password, salt, logN, 8, 3);
    return `$scrypt$ln=${logN},r=8,p=3$${salt.toString('base64url')}$${key.toString('base64url')}`;
  }

  const dummy = `$scrypt$ln=${logN},r=8,p=3$${randomBytes(16).toString('base64url')}$${randomBytes(BYTES).toString('base64url')}`;

  return {
    hash,
    async verify(password, stored) {
      const [, ln, r, p, salt, key] = FORM.exec(stored ?? dummy) ?? FORM.exec(dummy) ?? [];
      const expected = Buffer.from(key ?? '', 'base64url');
      const found = await derive(password, Buffer.from(salt ?? '', 'base64url'), Number(ln), Number(r), Number(p));
      return stored !== null && expected.length === BYTES && timingSafeEqual(found, expected);
    },
    isOutdated: (stored) => !stored.startsWith(`$scrypt$ln=${logN},r=8,p=3$`),
  };
}
