import type { ServerResponse } from 'node:http';
import type { Principal } from '../../domain/access/access.ts';
import { BurgeeError } from '../../domain/errors.ts';
import { admitsOrigin } from '../access/authenticate.ts';

/** Lets a page of this origin read the answer. Never with credentials. */
export function allowOrigin(outgoing: ServerResponse, origin: string): void {
  outgoing.setHeader('access-control-allow-origin', origin);
  outgoing.setHeader('access-control-expose-headers', 'ETag, Retry-After');
  outgoing.setHeader('cross-origin-resource-policy', 'cross-origin');
}

/** What a preflight may ask for, on routes that pages of other origins may call. */
export function allowPreflight(outgoing: ServerResponse, origin: string, methods: readonly string[]): void {
  allowOrigin(outgoing, origin);
  outgoing.setHeader('access-control-allow-methods', methods.join(', '));
  outgoing.setHeader(
    'access-control-allow-headers',
    'authorization, content-type, if-none-match, x-api-key, last-event-id, cache-control',
  );
  outgoing.setHeader('access-control-max-age', '600');
}

/** A client token whose list of origins does not have this page's. Throws `forbidden`. */
export function demandOrigin(principal: Principal, origin: string): void {
  if (principal.kind !== 'token' || principal.token.kind !== 'client') return;
  if (!admitsOrigin(principal.token, origin))
    throw new BurgeeError('forbidden', `this client token is not for pages of ${origin.slice(0, 200)}`);
}
