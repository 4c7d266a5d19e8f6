/** Whether If-None-Match has this ETag. Compared weakly: proxies that compress mark it `W/`. */
export function isCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((part) => {
    const tag = part.trim();
    return tag === '*' || tag === etag || tag === `W/${etag}`;
  });
}

/** The best of the encodings that we have among those that Accept-Encoding takes; `br` before `gzip` where it does not mind. */
export function encodingOf(acceptEncoding: string | undefined): 'br' | 'gzip' | 'identity' {
  const weights = new Map<string, number>();
  for (const part of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = q === undefined ? 1 : Number(q.slice(2));
    if (name !== '') weights.set(name, Number.isFinite(weight) ? weight : 0);
  }
  const weigh = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  const br = weigh('br');
  const gzip = weigh('gzip');
  const identity = weights.get('identity') ?? 0;
  if (Math.max(br, gzip) <= 0 || Math.max(br, gzip) < identity) return 'identity';
  return br >= gzip ? 'br' : 'gzip';
}
