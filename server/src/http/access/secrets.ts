import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256, hex: how cookies, tokens and the setup token are kept. They are random, so a fast hash is the right one. */
export function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares two hex digests in constant time. */
export function sameDigest(a: string, b: string): boolean {
  const left = Buffer.from(a, 'hex');
  const right = Buffer.from(b, 'hex');
  return left.length === right.length && timingSafeEqual(left, right);
}

/** What a token may look like: ours are longer, one given at bootstrap may have any shape of at least 24 such characters. */
export const TOKEN_FORM = /^[A-Za-z0-9._~-]{24,200}$/;
