import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { OverrideKey } from '@burgee/engine';

/** A key of an environment, both halves. */
export interface TestKey {
  readonly key: OverrideKey;
  readonly publicKey: KeyObject;
  readonly secret: KeyObject;
}

export function makeKey(id = 'k1'): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { key: { id, publicKey: String(publicKey.export({ format: 'jwk' }).x) }, publicKey, secret: privateKey };
}

export const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** What a token of one hour says that is made now. */
export function claims(flags: Readonly<Record<string, string>>, change: object = {}): Readonly<Record<string, unknown>> {
  const iat = Math.floor(Date.now() / 1000);
  const says = { iss: 'burgee', aud: 'default/production', jti: 't1', iat, exp: iat + 3_600, flags: Object.entries(flags) };
  return { ...says, ...change };
}

export function signed({ key, secret }: TestKey, says: unknown, header: object = {}): string {
  const text = `${encoded({ alg: 'EdDSA', typ: 'burgee-override+jwt', kid: key.id, ...header })}.${encoded(says)}`;
  return `${text}.${sign(null, Buffer.from(text), secret).toString('base64url')}`;
}

/** Any character for another of base64url at a place. */
export function altered(text: string, at: number): string {
  const other = text[at] === 'A' ? 'B' : 'A';
  return text.slice(0, at) + other + text.slice(at + 1);
}
