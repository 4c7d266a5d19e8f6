import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';

const WEEK_S = 7 * 24 * 3600;

/** On plain http (loopback) the cookie cannot be Secure, so it cannot have the prefix either. */
function nameFor(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-burgee' : 'burgee';
}

/** The session cookie's value, if the browser sent one that could be ours. */
export function sessionCookie(context: Context, publicUrl: string): string | undefined {
  const value = getCookie(context, nameFor(publicUrl));
  return value !== undefined && /^[A-Za-z0-9]{43}$/.test(value) ? value : undefined;
}

/** The Set-Cookie header that starts a session, or ends it where `value` is null. */
export function setSessionCookie(publicUrl: string, value: string | null): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  const age = value === null ? 0 : WEEK_S;
  return `${nameFor(publicUrl)}=${value ?? ''}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}${secure}`;
}
