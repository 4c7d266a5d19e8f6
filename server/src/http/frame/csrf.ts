import { BurgeeError } from '../../domain/errors.ts';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Whether a browser says that one of our own pages asks: true, false, or null where nothing that browsers send is there. */
export function sameOrigin(headers: Headers, publicUrl: string): boolean | null {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  if (origin === 'null') return false;
  if (site !== null) return site === 'same-origin' || site === 'none';
  if (origin === null) return null;
  if (origin === new URL(publicUrl).origin) return true;
  const host = headers.get('host') ?? '';
  return LOOPBACK.test(host) && origin === `http://${host}`;
}

/** A write under a session cookie: our own page, and a header that forms cannot send. Throws `csrf`. */
export function demandOwnPage(headers: Headers, publicUrl: string): void {
  if (sameOrigin(headers, publicUrl) !== true)
    throw new BurgeeError('csrf', `writes with a session must come from ${publicUrl} (Sec-Fetch-Site or Origin)`);
  if (headers.get('x-burgee') !== '1') throw new BurgeeError('csrf', 'writes with a session must have the header X-Burgee: 1');
}

/** A write by nobody yet (login, setup): programs may, pages of other origins may not. Throws `csrf`. */
export function refuseForeignPage(headers: Headers, publicUrl: string): void {
  if (sameOrigin(headers, publicUrl) === false)
    throw new BurgeeError('csrf', `this must come from ${publicUrl}, not from another site's page`);
}
