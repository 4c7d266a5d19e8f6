import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from 'hono';
import { z } from 'zod';
import { BurgeeError } from '../../domain/errors.ts';
import type { Deps } from './deps.ts';
import { contentSecurityPolicy } from './headers.ts';
import { isForPrograms } from './paths.ts';
import { type Route, route } from './route.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
/** A plain file name in at most one folder; everything else is a page of the application. */
const FILE = /^\/((?:[\w-]+\/)?[\w-][\w.-]*\.\w+)$/;
const NONCE = '__CSP_NONCE__';
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** The built admin UI's folder, looked for from here upwards: it works from the sources and from the bundle; null if not built. */
export function findUi(): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let up = 0; up < 5; up++) {
    const dist = join(folder, 'admin-ui', 'dist');
    if (existsSync(join(dist, 'index.html'))) return dist;
    folder = dirname(folder);
  }
  return null;
}

/** The admin UI: its files, and index.html for every other path a browser opens. Public: nothing in it is secret. */
export function uiRoutes(folder: string | null): readonly Route[] {
  let index: Promise<string> | undefined;

  async function page(context: Context, deps: Deps): Promise<Response> {
    if (folder === null) throw new BurgeeError('not_found', 'the admin UI is not built: npm run build');
    if (!(await deps.setup.done()) && context.req.path !== '/setup')
      return new Response(null, { status: 302, headers: { location: '/setup' } });
    index ??= readFile(join(folder, 'index.html'), 'utf8');
    const nonce = deps.random(22);
    return new Response((await index).replaceAll(NONCE, nonce), {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': contentSecurityPolicy(nonce),
      },
    });
  }

  async function file(name: string, accepted: string): Promise<Response | undefined> {
    const type = TYPES[extname(name)];
    if (folder === null || type === undefined || name === 'index.html') return undefined;
    const headers = new Headers({ 'content-type': type, vary: 'Accept-Encoding' });
    const isHashed = name.startsWith('assets/') && /-[\w-]{8}\.\w+$/.test(name);
    headers.set('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    for (const [encoding, suffix] of ENCODINGS) {
      if (!new RegExp(`(^|[,\\s])${encoding}($|[,;\\s])`).test(accepted)) continue;
      const packed = await readFile(join(folder, name + suffix)).catch(() => undefined);
      if (packed === undefined) continue;
      headers.set('content-encoding', encoding);
      return new Response(packed, { headers });
    }
    const plain = await readFile(join(folder, name)).catch(() => undefined);
    return plain && new Response(plain, { headers });
  }

  return [
    route({
      method: 'get',
      path: '/*',
      permission: 'public',
      summary: 'The admin UI',
      responses: { 200: z.string() },
      handle: async ({ context, deps }) => {
        const { path } = context.req;
        const name = FILE.exec(path)?.[1];
        const found = name === undefined ? undefined : await file(name, context.req.header('accept-encoding') ?? '');
        if (found !== undefined) return found;
        const wantsPage = /text\/html|\*\/\*/.test(context.req.header('accept') ?? '*/*');
        if (isForPrograms(path) || !wantsPage) throw new BurgeeError('not_found', 'there is nothing at this path');
        return page(context, deps);
      },
    }),
  ];
}
