import { createHmac, verify as verifySignature } from 'node:crypto';
import type { Ruleset } from '@burgee/engine';
import { describe, expect, test } from 'vitest';
import { altered, claims, encoded, makeKey, signed } from '../../test/override-tokens.ts';
import { flag, ruleset } from '../../test/rulesets.ts';
import { createVerifier } from './override-token.ts';

const HOUR_S = 3_600;
const ours = makeKey();
const others = makeKey(ours.key.id);
const held: Ruleset = { ...ruleset([flag('a')]), overrideKey: ours.key };
const FLAGS = { a: 'on', b: 'red' };
const good = (change: object = {}) => signed(ours, claims(FLAGS, change));
const now = () => Math.floor(Date.now() / 1_000);
const verdict = (text: string, of: Ruleset = held, at = Date.now()) =>
  createVerifier(
    () => of,
    () => at,
  )(text);
const reason = (...of: Parameters<typeof verdict>) => {
  const found = verdict(...of);
  return 'refused' in found ? found.refused : 'taken';
};

test('a signed token is taken, again and again, for as long as it lives', () => {
  const text = good();
  let at = Date.now();
  const verify = createVerifier(
    () => held,
    () => at,
  );
  expect(verify(text)).toEqual({ text, variants: new Map(Object.entries(FLAGS)) });
  at += (HOUR_S - 2) * 1_000;
  expect(verify(text)).toMatchObject({ text });
  at += 2_000;
  expect(verify(text)).toEqual({ refused: 'it has expired' });
});

/** Each differs from a good token in one thing, and is refused for that. */
const FORGED: readonly (readonly [string, () => string, string])[] = [
  [
    'unsigned, with alg none',
    () => `${encoded({ alg: 'none', typ: 'burgee-override+jwt', kid: 'k1' })}.${encoded(claims(FLAGS))}.`,
    'it is no token',
  ],
  ['without its signature', () => good().split('.').slice(0, 2).join('.'), 'it is no token'],
  ['with alg none and a signature', () => signed(ours, claims(FLAGS), { alg: 'none' }), 'it is no override token'],
  ['with alg in other letters', () => signed(ours, claims(FLAGS), { alg: 'eddsa' }), 'it is no override token'],
  [
    'with the public key taken for a shared secret',
    () => {
      const text = `${encoded({ alg: 'HS256', typ: 'burgee-override+jwt', kid: 'k1' })}.${encoded(claims(FLAGS))}`;
      const mac = createHmac('sha256', ours.key.publicKey).update(text).digest();
      return `${text}.${Buffer.concat([mac, mac]).toString('base64url')}`;
    },
    'it is no override token',
  ],
  ['of another type', () => signed(ours, claims(FLAGS), { typ: 'JWT' }), 'it is no override token'],
  ['with an extension', () => signed(ours, claims(FLAGS), { crit: ['b64'], b64: false }), 'it is no override token'],
  ['with a key of its own', () => signed(others, claims(FLAGS), { jwk: { x: others.key.publicKey } }), 'it is no override token'],
  ['signed by somebody else', () => signed(others, claims(FLAGS)), 'its signature is wrong'],
  [
    'of a key that was revoked',
    () => signed(makeKey('k0'), claims(FLAGS)),
    'its key is not the one of this environment, or was revoked',
  ],
  [
    'with other flags under the same signature',
    () => {
      const [header, , signature] = good().split('.');
      return [header, encoded(claims({ ...FLAGS, c: 'on' })), signature].join('.');
    },
    'its signature is wrong',
  ],
  ['with a signature that ends in other unused bits', () => `${good().slice(0, -1)}_`, 'it is no token'],
  ['expired', () => good({ iat: now() - HOUR_S, exp: now() - 1 }), 'it has expired'],
  ['of tomorrow', () => good({ iat: now() + 120, exp: now() + HOUR_S }), 'its times cannot be'],
  ['of more than a day', () => good({ exp: now() + 24 * HOUR_S + 10 }), 'its times cannot be'],
  ['that never expires', () => good({ exp: undefined }), 'it says something that override tokens do not'],
  ['for another environment', () => good({ aud: 'default/staging' }), 'it is for another environment'],
  ['for another project', () => good({ aud: 'other/production' }), 'it is for another environment'],
  ['for several environments', () => good({ aud: ['default/production'] }), 'it says something that override tokens do not'],
  ['by somebody else', () => good({ iss: 'mallory' }), 'it says something that override tokens do not'],
  ['with flags of another shape', () => good({ flags: FLAGS }), 'it says something that override tokens do not'],
  ['with numbers for variants', () => good({ flags: [['a', 1]] }), 'it says something that override tokens do not'],
  [
    'with too many flags',
    () => good({ flags: Array.from({ length: 21 }, (_, i) => [`f${i}`, 'on']) }),
    'it says something that override tokens do not',
  ],
  ['that is no JSON', () => signed(ours, '{"iss":'), 'it cannot be read'],
  ['that is null', () => signed(ours, 'null'), 'it says something that override tokens do not'],
  ['too long', () => good({ note: 'x'.repeat(4_000) }), 'it is longer than 4096 characters'],
  ['twice in one', () => `${good()},${good()}`, 'it is no token'],
  ['with a blank', () => `${good()} `, 'it is no token'],
  ['empty', () => '', 'it is no token'],
];

describe('a token is not taken', () => {
  test.each(FORGED)('%s', (_, forge, why) => {
    expect(reason(forge())).toBe(why);
    // and the one that it was made of is
    expect(reason(good())).toBe('taken');
  });

  test('of which any character is another', () => {
    const text = good();
    const taken = [...text].flatMap((_, at) => (reason(altered(text, at)) === 'taken' ? [at] : []));
    expect(taken).toEqual([]);
  });

  test('where the environment has no key, an unusable one, or another, also when it was taken before', () => {
    let of: Ruleset | undefined = held;
    const verify = createVerifier(() => of, Date.now);
    const text = good();
    expect('refused' in verify(text)).toBe(false);
    of = ruleset([flag('a')]);
    expect(verify(text)).toEqual({ refused: 'there are none in this environment' });
    of = { ...held, overrideKey: { id: ours.key.id, publicKey: 'short' } };
    expect(verify(text)).toEqual({ refused: 'it cannot be read' });
    of = { ...held, overrideKey: others.key };
    expect(verify(text)).toEqual({ refused: 'its signature is wrong' });
    of = { ...held, environment: 'staging' };
    expect(verify(text)).toEqual({ refused: 'it is for another environment' });
    of = undefined;
    expect(verify(text)).toEqual({ refused: 'there are none in this environment' });
    of = held;
    expect('refused' in verify(text)).toBe(false);
  });

  const payloadOf = (text: string) => JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
  /** The forged tokens that a careless verifier takes. */
  const takenBy = (careless: (text: string) => boolean) =>
    FORGED.flatMap(([name, forge]) => {
      try {
        return careless(forge()) ? [name] : [];
      } catch {
        return [];
      }
    });

  test('negative control: whoever reads without verifying takes what nobody signed', () => {
    const taken = takenBy((text) => {
      const { aud, exp, flags } = payloadOf(text);
      return aud === 'default/production' && exp > now() && Array.isArray(flags);
    });
    expect(taken).toEqual(
      expect.arrayContaining([
        ...['unsigned, with alg none', 'with the public key taken for a shared secret', 'signed by somebody else'],
        ...['of a key that was revoked', 'with other flags under the same signature', 'of another type'],
      ]),
    );
  });

  test('negative control: whoever looks at the signature alone takes what is over and what is for elsewhere', () => {
    const taken = takenBy((text) => {
      const [header, payload, signature = ''] = text.split('.');
      return verifySignature(null, Buffer.from(`${header}.${payload}`), ours.publicKey, Buffer.from(signature, 'base64url'));
    });
    expect(taken).toEqual(
      expect.arrayContaining(['expired', 'that never expires', 'of tomorrow', 'for another environment', 'for another project']),
    );
    expect(taken).not.toContain('signed by somebody else');
  });
});
