// Bundles each published entry with esbuild (the engine is compiled in, npm packages stay outside) and the UI with Vite; the SDK
// gets its type declarations from tsc.

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { build as buildUi } from 'vite';
import { emitDeclarations } from './declarations.mjs';
import { INTERNAL_NAMES } from './internal-names.mjs';

const only = new Set(process.argv.slice(2));
const wants = (part) => only.size === 0 || only.has(part);
const entries = {
  server: [{ in: 'server/src/main.ts', out: 'server/dist/main' }],
  cli: [{ in: 'cli/src/main.ts', out: 'cli/dist/main' }],
  sdk: [
    { in: 'client-sdk/src/flags/index.ts', out: 'client-sdk/dist/flags' },
    { in: 'client-sdk/src/node/index.ts', out: 'client-sdk/dist/node' },
    { in: 'client-sdk/src/guards/index.ts', out: 'client-sdk/dist/guards' },
    { in: 'client-sdk/src/openfeature/server/index.ts', out: 'client-sdk/dist/openfeature-server' },
    { in: 'client-sdk/src/openfeature/hooks/index.ts', out: 'client-sdk/dist/openfeature-hooks' },
    { in: 'client-sdk/src/testing/index.ts', out: 'client-sdk/dist/testing' },
    { in: 'client-sdk/src/testing/vitest.ts', out: 'client-sdk/dist/testing-vitest' },
    { in: 'client-sdk/src/testing/playwright.ts', out: 'client-sdk/dist/testing-playwright' },
  ],
  // the browser's, apart from node's
  values: [
    { in: 'client-sdk/src/browser/index.ts', out: 'client-sdk/dist/browser' },
    { in: 'client-sdk/src/openfeature/web/index.ts', out: 'client-sdk/dist/openfeature-web' },
  ],
  rules: [{ in: 'client-sdk/src/browser-rules/index.ts', out: 'client-sdk/dist/browser-rules' }],
  react: [{ in: 'client-sdk/src/react/index.ts', out: 'client-sdk/dist/react' }],
  shop: [{ in: 'examples/shop/src/main.ts', out: 'examples/shop/dist/main' }],
  // the shop's page, with the SDK as it was built before, and React
  page: [{ in: 'examples/shop/src/page/main.tsx', out: 'examples/shop/dist/page' }],
};

const WEB = new Set(['values', 'rules', 'react', 'page']);
const SDK = new Set(['sdk', 'values', 'rules', 'react']);
for (const [part, points] of Object.entries(entries)) {
  const present = points.filter((point) => existsSync(point.in));
  if (!wants(part) || present.length === 0) continue;
  const chunks = `client-sdk/dist/chunks/${part}`;
  await rm(chunks, { recursive: true, force: true });
  const declared = part === 'sdk' && emitDeclarations('client-sdk/dist/types');
  const bundled = build({
    entryPoints: present,
    outdir: '.',
    bundle: true,
    splitting: SDK.has(part),
    chunkNames: `${chunks}/[name]-[hash]`,
    format: 'esm',
    platform: WEB.has(part) ? 'browser' : 'node',
    target: WEB.has(part) ? 'es2022' : 'node20.19',
    minify: WEB.has(part),
    ...((part === 'values' || part === 'rules') && { mangleProps: INTERNAL_NAMES }),
    // what renders on a server there may not hold state: frameworks that split the two read this
    ...(part === 'react' && { banner: { js: "'use client';" } }),
    sourcemap: 'linked',
    packages: part === 'sdk' || WEB.has(part) ? 'bundle' : 'external',
    external: part === 'page' ? [] : ['react', '@openfeature/*', '@opentelemetry/*', '@sentry/*', 'vitest'],
    jsx: 'automatic',
    ...(part === 'page' && { define: { 'process.env.NODE_ENV': '"production"' } }),
    alias: {
      '@burgee/engine/compact': './engine/src/compact.ts',
      '@burgee/engine/measures': './engine/src/measure-operators.ts',
      '@burgee/engine': './engine/src/index.ts',
    },
    logLevel: 'warning',
  });
  await Promise.all([bundled, declared]);
}

if (wants('ui') && existsSync('admin-ui/vite.config.ts')) {
  await buildUi({ root: 'admin-ui', configFile: 'admin-ui/vite.config.ts', logLevel: 'warn' });
}
