import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { groups } from './vite/chunks.ts';
import { firstLoad } from './vite/first-load.ts';

/** Puts a .br and a .gz beside every text asset, so that the server never compresses at run time. */
function precompress(): Plugin {
  let outDir = '';
  return {
    name: 'burgee-precompress',
    apply: 'build',
    configResolved: (config) => {
      outDir = join(config.root, config.build.outDir);
    },
    closeBundle: () => {
      for (const name of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
        const file = join(outDir, name);
        if (!/\.(js|css|svg)$/.test(name) || statSync(file).size < 1024) continue;
        const bytes = readFileSync(file);
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), firstLoad(), precompress()],
  // The server replaces the placeholder in index.html for each request.
  html: { cspNonce: '__CSP_NONCE__' },
  // the engine's source: rules are checked and evaluated in pages as in servers
  resolve: { conditions: ['burgee-source', ...defaultClientConditions] },
  // Font and image bytes inside the style sheet would be data: URLs, which the policy refuses.
  build: {
    ...{ assetsInlineLimit: 0, target: 'es2022', sourcemap: false, reportCompressedSize: false },
    rolldownOptions: { output: { codeSplitting: { groups } } },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:4400', '/openapi.json': 'http://127.0.0.1:4400' } },
});
