import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A page of somebody's site, on an origin of its own, with an entry of the SDK as `window.sdk`. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Serves an empty page at every path, and what `modules` bundles from sources at `/sdk.js`. A path that begins with `/strict` forbids to connect
 * anywhere (CSP).
 */
export async function startSite(contents: string, html = ''): Promise<Site> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: `${root}client-sdk/src`, loader: 'tsx' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"development"' },
    alias: {
      '@burgee/engine/compact': `${root}engine/src/compact.ts`,
      '@burgee/engine/measures': `${root}engine/src/measure-operators.ts`,
      '@burgee/engine': `${root}engine/src/index.ts`,
    },
    outdir: '/',
    entryNames: 'sdk',
    write: false,
    logLevel: 'silent',
  });
  const files = new Map(outputFiles.map(({ path, text }) => [path.replace('/stdin', '/sdk'), text]));
  const server = http.createServer(({ url = '' }, response) => {
    const script = files.get(url);
    const csp = url.startsWith('/strict') ? { 'content-security-policy': "connect-src 'none'" } : {};
    if (script !== undefined) response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else if (url === '/favicon.ico') response.writeHead(204).end();
    else
      response
        .writeHead(200, { 'content-type': 'text/html', ...csp })
        .end(`<!doctype html><title>a page</title>${html}<script type="module" src="/sdk.js"></script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
