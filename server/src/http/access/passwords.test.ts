import { describe, expect, it } from 'vitest';
import { accountEmail, passwordMistake } from '../../domain/access/credentials.ts';
import { callerAddress } from '../frame/caller.ts';
import { random } from '../frame/random.ts';
import { createPasswords } from './passwords.ts';

describe('passwords', () => {
  const weak = createPasswords({ logN: 8 });

  it('are hashed with N=2^15, r=8, p=3, salted, with the parameters in the hash', async () => {
    const passwords = createPasswords();
    const hash = await passwords.hash('correct horse battery');
    expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
    expect(await passwords.verify('correct horse battery', hash)).toBe(true);
    expect(await passwords.verify('correct horse batterz', hash)).toBe(false);
    expect([passwords.isOutdated(hash), weak.isOutdated(hash)]).toEqual([false, true]);
  });

  it('are salted, and the same however the letters were typed', async () => {
    const [one, two] = await Promise.all([weak.hash('same password'), weak.hash('same password')]);
    expect(one).not.toBe(two);
    expect(await weak.verify('caf\u00e9 caf\u00e9 caf\u00e9', await weak.hash('cafe\u0301 cafe\u0301 cafe\u0301'))).toBe(true);
  });

  it('never match an account without one, or a hash that is none', async () => {
    for (const hash of [null, '', 'plain', '$scrypt$ln=99,r=8,p=3$x$y']) expect(await weak.verify('', hash)).toBe(false);
  });

  it('are worked on two at a time, and a crowd is sent away', async () => {
    const all = await Promise.allSettled(Array.from({ length: 60 }, () => weak.hash('password of a crowd')));
    const refused = all.filter((one) => one.status === 'rejected').map((one) => one.reason.code);
    expect(refused).toEqual(Array(18).fill('unavailable'));
    expect(await weak.hash('afterwards')).toContain('$scrypt$');
  });

  it.each([
    ['short', /at least 12/],
    ['x'.repeat(129), /at most 128/],
    ['123456789012', /tried first/],
    ['Password1234', /tried first/],
    ['abcabcabcabcabc', /tried first/],
    ['🦆🦆🦆🦆🦆🦆🦆', /tried first/],
  ])('%s is refused', (password, why) => {
    expect(passwordMistake(password)).toMatch(why);
  });

  it.each(['correct horse battery', 'x7#kQ9!mZ2@p', 'zwölf schöne Enten'])('%s is taken', (password) => {
    expect(passwordMistake(password)).toBeNull();
  });
});

describe('e-mail addresses', () => {
  it.each([
    [' Ann@Example.COM ', 'ann@example.com'],
    ['ann', null],
    ['a b@c', null],
    ['a@b\n', 'a@b'],
    ['a@b@c', null],
    [`${'a'.repeat(250)}@b.example`, null],
  ])('%j is %j', (text, email) => {
    expect(accountEmail(text)).toBe(email);
  });
});

describe('callerAddress', () => {
  const trusted = ['10.0.0.0/8', '::1'];
  it.each([
    ['203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['10.0.0.1', null, '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::1', '6.6.6.6, 198.51.100.1, 10.2.2.2', '198.51.100.1'],
    ['10.0.0.1', 'unknown, 10.0.0.2', '10.0.0.2'],
    ['10.0.0.1', '1.1.1.1, rubbish', '10.0.0.1'],
    [undefined, '1.1.1.1', 'unknown'],
  ])('of %s with %s is %s', (socket, forwarded, address) => {
    expect(callerAddress(socket, forwarded, trusted)).toBe(address);
  });
});

it('random is base62 and evenly spread', () => {
  const text = random(62_000);
  expect(text).toMatch(/^[0-9A-Za-z]{62000}$/);
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  expect(counts.size).toBe(62);
  // 1,000 each, standard deviation 31.4; six of them leave one false alarm in ten million runs
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(190);
});
