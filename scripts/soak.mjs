// The long versions of what `npm test` runs a seeded tenth of: properties, monotonicity of buckets, kill −9 during writes, crashes
// of the controller. Ends with one line, `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LONG = {
  BURGEE_RUNS: '100000',
  BURGEE_IDS: '1000000',
  BURGEE_KILL_ROUNDS: '300',
  BURGEE_TICKS: '10000',
  BURGEE_SEEDS: '2000',
  BURGEE_CRASH_ROUNDS: '20',
  BURGEE_BROWSER_ROUNDS: '20',
  BURGEE_RACES: '1000',
  BURGEE_FLAPS: '1000',
  BURGEE_TEST_TIMEOUT: '3600000',
};
const folder = mkdtempSync(join(tmpdir(), 'burgee-soak-'));
const report = join(folder, 'vitest.json');
const patterns =
  process.argv.length > 2
    ? process.argv.slice(2)
    : ['engine', 'conformance', 'client-sdk', 'server/src/storage', 'server/src/rollout', 'server/src/domain'];

console.log(
  `soak: ${Object.entries(LONG)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`,
);
const { status } = spawnSync(
  'npx',
  ['--no-install', 'vitest', 'run', '--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`, ...patterns],
  { stdio: 'inherit', env: { ...process.env, ...LONG } },
);
const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true, force: true });
const failed = Math.max(numFailedTests, status === 0 ? 0 : 1);
console.log(`${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`);
process.exit(failed === 0 ? 0 : 1);
