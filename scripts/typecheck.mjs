// Checks every workspace against its own tsconfig; the engine's has no host types at all.
import { execFileSync } from 'node:child_process';

const projects = [
  'engine',
  'engine/tsconfig.test.json',
  'client-sdk',
  'client-sdk/tsconfig.browser.json',
  'client-sdk/tsconfig.browser.test.json',
  'server',
  'cli',
  'admin-ui',
  'admin-ui/tsconfig.test.json',
  'conformance',
  'bench',
  'examples',
];
const wanted = process.argv.slice(2);
let failed = false;
for (const project of wanted.length > 0 ? wanted : projects) {
  try {
    execFileSync('npx', ['--no-install', 'tsc', '-p', project], { stdio: 'inherit' });
  } catch {
    console.error(`typecheck: ${project} does not compile`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);
