import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { OverrideKeyPair, OverrideToken } from '../../domain/access/override-token.ts';

const ALGORITHM = 'EdDSA';
const ISSUER = 'burgee';
const TYPE = 'burgee-override+jwt';

/** A new Ed25519 key. */
export async function makeOverrideKey(id: string): Promise<OverrideKeyPair> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  const { x = '', d = '' } = await exportJWK(privateKey);
  return { id, publicKey: x, secret: d };
}

/** The token as it travels: a JWT for one environment, which SDKs verify by themselves (client-sdk/src/node/override-token.ts). */
export async function signOverride(token: OverrideToken, key: OverrideKeyPair): Promise<string> {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.publicKey, d: key.secret };
  return new SignJWT({ flags: token.flags.map(({ flag, variant }) => [flag, variant]) })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.id })
    .setIssuer(ISSUER)
    .setAudience(`${token.project}/${token.environment}`)
    .setJti(token.id)
    .setIssuedAt(Math.floor(token.createdAt / 1000))
    .setExpirationTime(Math.floor(token.expiresAt / 1000))
    .sign(await importJWK(jwk, ALGORITHM));
}
