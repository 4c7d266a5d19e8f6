import type { Principal, Scope } from '../../domain/access/access.ts';
import { invalid } from '../../domain/errors.ts';
import type { Audience } from './delivery.ts';

/** Where a key's requests act: in its own environment. */
export function scopeOf(principal: Principal): Scope {
  if (principal.kind !== 'token') return { project: null, environment: null };
  return { project: principal.token.project, environment: principal.token.environment };
}

/** The environment that a key names, and what it may see there. Throws `invalid` for whoever asks with something else. */
export function placeOf(principal: Principal): { project: string; environment: string; audience: Audience; tokenId: string } {
  if (principal.kind === 'token') {
    const { id, kind, project, environment } = principal.token;
    if (project !== null && environment !== null)
      return { project, environment, audience: kind === 'client' ? 'client' : 'server', tokenId: id };
  }
  throw invalid({ field: 'authorization', message: 'must be the key of one environment: that says where to look' });
}
