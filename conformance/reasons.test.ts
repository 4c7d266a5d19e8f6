import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const list = readFileSync(join(ROOT, 'server/src/domain/rollout/reason-codes.ts'), 'utf8');
const REASON_CODES = [...list.matchAll(/^ {2}'([a-z-]+)',$/gm)].map(([, code]) => code ?? '');

/** The code that gives reasons, without tests and without the list itself. */
function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.endsWith('reason-codes.ts'))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'));
}

describe('why a rollout does not move', () => {
  const page = readFileSync(join(ROOT, 'docs/when-it-holds.md'), 'utf8');
  const explained = [...page.matchAll(/^### `([a-z-]+)`/gm)].map(([, code]) => code);

  it('is explained, every reason once and none that does not exist', () => {
    expect(REASON_CODES.length).toBeGreaterThan(15);
    expect([...explained].sort()).toEqual([...REASON_CODES].sort());
  });

  it('is told with what to do', () => {
    for (const section of page.split(/^### /m).slice(1)) expect(section, section.slice(0, 30)).toMatch(/\*\*Do\*\*/);
  });

  it('is a reason that the code gives', () => {
    const text = [...sources('server/src/domain'), ...sources('server/src/rollout')].join('\n');
    const kinds = new Set([...text.matchAll(/kind: '([a-z-]+)'/g)].map(([, kind]) => `guard-${kind}`));
    // a guard's pause is named after the guard's kind
    expect(text).toContain('code: `guard-$' + '{');
    for (const code of REASON_CODES) expect(text.includes(`'${code}'`) || kinds.has(code), code).toBe(true);
    expect(text.includes("'no-such-reason'") || kinds.has('no-such-reason')).toBe(false);
  });
});
