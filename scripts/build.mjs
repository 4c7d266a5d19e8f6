// Bundles each published entry with esbuild (the engine is compiled in, npm packages stay outside) and the UI with Vite.

import { existsSync } from 'node:fs';
import { build } from 'esbuild';
import { build as buildUi } from 'vite';

const only = new Set(process.argv.slice(2));
const wants = (part) => only.size === 0 || only.has(part);
const entries = {
  server: [{ in: 'server/src/main.ts', out: 'server/dist/main' }],
  cli: [{ in: 'cli/src/main.ts', out: 'cli/dist/main' }],
  sdk: [{ in: 'client-sdk/src/node/index.ts', out: 'client-sdk/dist/node' }],
  shop: [{ in: 'examples/shop/src/main.ts', out: 'examples/shop/dist/main' }],
};

for (const [part, points] of Object.entries(entries)) {
  const present = points.filter((point) => existsSync(point.in));
  if (!wants(part) || present.length === 0) continue;
  await build({
    entryPoints: present,
    outdir: '.',
    bundle: true,
    splitting: part === 'sdk',
    chunkNames: 'client-sdk/dist/chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: 'linked',
    packages: part === 'sdk' ? 'bundle' : 'external',
    alias: { '@burgee/engine': './engine/src/index.ts' },
    logLevel: 'warning',
  });
}

if (wants('ui') && existsSync('admin-ui/vite.config.ts')) {
  await buildUi({ root: 'admin-ui', configFile: 'admin-ui/vite.config.ts', logLevel: 'warn' });
}
