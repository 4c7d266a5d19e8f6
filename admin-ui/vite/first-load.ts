import { createHash } from 'node:crypto';
import type { HtmlTagDescriptor, Plugin, Rollup } from 'vite';
import { early, type FirstScreen } from './early.ts';

/** The screens that people open by address, each by its source, and what they ask for below `/api/v1/`. */
const SCREENS: readonly (Pick<FirstScreen, 'path' | 'asks'> & { readonly source: string })[] = [
  {
    source: 'src/flags/list/page.tsx',
    path: '^/projects/([^/]+)/flags$',
    asks: ['projects', 'projects/$1/flags?archived=false', 'projects/$1/owners'],
  },
  {
    source: 'src/flags/page.tsx',
    path: '^/projects/([^/]+)/flags/([^/]+)$',
    asks: ['projects', 'projects/$1/flags/$2', 'projects/$1/owners', 'projects/$1/segments'],
  },
  {
    source: 'src/home/page.tsx',
    path: '^/projects/([^/]+)/home$',
    asks: ['projects', 'projects/$1/flags?archived=false', 'projects/$1/rollouts', 'projects/$1/discovered-flags?limit=200'],
  },
];

type Bundle = Rollup.OutputBundle;

function chunkOf(bundle: Bundle, source: string): Rollup.OutputChunk {
  for (const one of Object.values(bundle)) if (one.type === 'chunk' && one.facadeModuleId?.endsWith(`/${source}`)) return one;
  throw new Error(`${source} is no chunk of its own`);
}

/** A chunk and all that it imports, with their style sheets. */
function filesOf(bundle: Bundle, chunk: Rollup.OutputChunk, found = { scripts: new Set<string>(), styles: new Set<string>() }) {
  if (found.scripts.has(chunk.fileName)) return found;
  found.scripts.add(chunk.fileName);
  for (const style of chunk.viteMetadata?.importedCss ?? []) found.styles.add(style);
  for (const name of chunk.imports) {
    const imported = bundle[name];
    if (imported?.type === 'chunk') filesOf(bundle, imported, found);
  }
  return found;
}

function firstScreens(bundle: Bundle): FirstScreen[] {
  const entry = Object.values(bundle).find((one): one is Rollup.OutputChunk => one.type === 'chunk' && one.isEntry);
  if (!entry) throw new Error('the bundle has no entry');
  const known = filesOf(bundle, entry);
  return SCREENS.map(({ source, ...screen }) => {
    const { scripts, styles } = filesOf(bundle, chunkOf(bundle, source));
    const missing = (all: Set<string>, there: Set<string>) => [...all].filter((file) => !there.has(file));
    return { ...screen, scripts: missing(scripts, known.scripts), styles: missing(styles, known.styles) };
  });
}

const run = (screens: readonly FirstScreen[]): string => `(${String(early)})(${JSON.stringify(screens)});`;

const FONT = /^assets\/inter-latin-wght-normal-.*\.woff2$/;

/**
 * Puts what a page does first before everything else: a file of its own, since the policy lets nothing inline run. The libraries
 * are started apart from what uses them, so that neither holds the page up for long, and the font is there for the first text.
 */
export function firstLoad(): Plugin {
  let file = '';
  let font = '';
  return {
    name: 'burgee-first-load',
    generateBundle: {
      order: 'pre',
      handler(_options, bundle) {
        const source = run(firstScreens(bundle));
        file = `assets/early-${createHash('sha256').update(source).digest('base64url').slice(0, 8)}.js`;
        this.emitFile({ type: 'asset', fileName: file, source });
        font = Object.keys(bundle).find((name) => FONT.test(name)) ?? '';
        if (font === '') throw new Error('the bundle has no font');
      },
    },
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        if (file === '') return [{ tag: 'script', children: run([]), injectTo: 'head-prepend' }];
        const preload = { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${font}`, crossorigin: true };
        const tags: HtmlTagDescriptor[] = [
          { tag: 'script', attrs: { src: `/${file}` }, injectTo: 'head-prepend' },
          { tag: 'link', attrs: preload, injectTo: 'head' },
        ];
        const vendor = /\n *<link rel="modulepreload" crossorigin href="(\/assets\/vendor-[^"]+)"( nonce="[^"]+")?>/;
        const [link = '', source = '', nonce = ''] = vendor.exec(html) ?? [];
        if (link === '') throw new Error('the page loads no libraries');
        const apart = html
          .replace(link, '')
          .replace('<script type="module"', `<script type="module" crossorigin src="${source}"${nonce}></script>\n    $&`);
        return { html: apart, tags };
      },
    },
  };
}
