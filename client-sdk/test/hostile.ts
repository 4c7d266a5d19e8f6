import fc from 'fast-check';

/** Contexts that people and attackers send, as fast-check draws them. */

const cyclic: Record<string, unknown> = { targetingKey: 'c' };
cyclic.a = cyclic;
/** Throws; what the worst getters do. */
export const trap = (): never => {
  throw new Error('trap');
};
/** A context whose one attribute throws when it is read. */
export const throwing = Object.defineProperty({}, 'a', { get: trap, enumerable: true });
const proxies = [
  new Proxy({}, { get: trap }),
  new Proxy({}, { ownKeys: trap, has: trap, getOwnPropertyDescriptor: trap }),
  Proxy.revocable({}, {}).proxy,
];
const revoked = Proxy.revocable({ targetingKey: 'x' }, {});
revoked.revoke();

const ODD: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0,
  10n,
  Symbol('s'),
  cyclic,
  throwing,
  ...proxies,
  revoked.proxy,
  'x'.repeat(1_000_000),
  '\ud800',
  new Date(Number.NaN),
  new Map(),
  Object.freeze([1]),
  () => 1,
  { toString: trap, valueOf: trap, toJSON: trap },
];
/** fast-check looks into what it draws, which is what these are made to punish: so they are drawn by number. */
const drawn = fc.oneof(
  fc.record({ plain: fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }) }),
  fc.record({ odd: fc.nat(ODD.length - 1) }),
);
export type Drawn = { readonly plain: unknown } | { readonly odd: number };
const real = (one: Drawn): unknown => ('odd' in one ? ODD[one.odd] : one.plain);
const name = fc.constantFrom('targetingKey', 'userId', 'a', 'b', 'c', 'd', 'e', '__proto__', 'constructor', 'toString');
/** To be made with {@link build}. */
export const context = fc.oneof(fc.array(fc.tuple(name, drawn), { maxLength: 6 }), drawn);
/** What was drawn, as the value that it stands for. */
export const build = (from: [string, Drawn][] | Drawn): unknown =>
  Array.isArray(from) ? Object.fromEntries(from.map(([attribute, one]) => [attribute, real(one)])) : real(from);
