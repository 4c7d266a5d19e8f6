// Everything that must hold: lint, types, build, then every test. Ends with one line, `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'burgee-test-'));
const report = join(folder, 'vitest.json');
const patterns = process.argv.slice(2);

const steps = [
  { name: 'lint', command: 'npx', args: ['--no-install', 'biome', 'check', '.'] },
  { name: 'types', command: process.execPath, args: ['scripts/typecheck.mjs'] },
  { name: 'build', command: process.execPath, args: ['scripts/build.mjs'] },
  {
    name: 'tests',
    command: 'npx',
    args: ['--no-install', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...patterns],
  },
];

const totals = { passed: 0, failed: 0, skipped: 0 };
for (const { name, command, args } of steps) {
  const started = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name}  ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (name !== 'tests') {
    totals[status === 0 ? 'passed' : 'failed'] += 1;
    continue;
  }
  if (!existsSync(report)) {
    totals.failed += 1;
    continue;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests;
  totals.skipped += result.numPendingTests + result.numTodoTests;
  // A file that does not load, or an error outside any test, fails the run without a failed test.
  if (status !== 0 && result.numFailedTests === 0) totals.failed += Math.max(1, result.numFailedTestSuites);
}
rmSync(folder, { recursive: true, force: true });
console.log(`${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`);
process.exit(totals.failed === 0 ? 0 : 1);
