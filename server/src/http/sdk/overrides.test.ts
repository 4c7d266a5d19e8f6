import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Override } from '@burgee/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEW_MIXTURE } from '../../domain/guard/mixture.ts';
import { NOTHING_SPENT } from '../../domain/guard/start-weights.ts';
import { createOverrides } from './overrides.ts';
import { AT, override } from './testing.ts';

const held = (id: string, flag: string, rule: string) => ({
  ...AT,
  override: override(id, flag, rule),
  why: { actor: { kind: 'user' as const, id: 'ada', name: 'Ada' }, text: 'wrong prices' },
});

describe('overrides', () => {
  let folder: string;
  let file: string;
  const errors: string[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (_: object, message: string) => void errors.push(message) };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'burgee-overrides-'));
    file = join(folder, 'overrides');
    errors.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A start of the server: what delivery was told. */
  function start(at = file) {
    const live = new Map<string, Override>();
    const settled: string[] = [];
    const delivery = {
      override: (_: typeof AT, asserted: Override) => void live.set(asserted.id, asserted),
      settle: (id: string) => {
        if (live.delete(id)) settled.push(id);
      },
    };
    const overrides = createOverrides({ delivery, file: at, log });
    return { overrides, live: () => [...live.keys()], settled };
  }

  it('survive a restart until they are settled, and are announced as applied after that', async () => {
    const first = start();
    await first.overrides.assert(held('a', 'f', 'r'));
    await first.overrides.assert(held('b', 'f', 'r'));
    expect(first.live()).toEqual(['a', 'b']);
    const second = start();
    expect(second.live()).toEqual(['a', 'b']);
    expect(second.overrides.pending()).toMatchObject([held('a', 'f', 'r'), held('b', 'f', 'r')]);
    await second.overrides.settle('a');
    const third = start();
    expect([third.live(), third.settled]).toEqual([['b'], ['a']]);
    expect(third.overrides.pending()).toMatchObject([held('b', 'f', 'r')]);
  });

  it('keep that it is a kill, what it was decided on and a whole sentence of reason', async () => {
    const queries = { errors: { mixture: NEW_MIXTURE, spending: NOTHING_SPENT, to: 9, newest: null, trouble: null } };
    const decided = { at: 1_800_000_000_000, after: 41, upTo: 12_345, expire: true, queries };
    const why = { actor: { kind: 'burgee' as const, id: 'controller', name: 'Burgee' }, text: 'so '.repeat(130) };
    const kill = { ...held('a', 'f', 'r'), why, kill: true as const, decided };
    await start().overrides.assert(kill);
    expect(start().overrides.pending()).toEqual([{ ...kill, settled: false }]);
    const long = { ...kill, why: { ...why, text: 'x'.repeat(10_000) } };
    await start().overrides.assert(long);
    expect(start().overrides.pending()[0]?.why.text).toHaveLength(400);
  });

  it('are read as servers before wrote them: reverts, and nothing of a kill', async () => {
    const entry = {
      ...{ project: 'default', environment: 'production', override: { id: 'revert-ab', flag: 'f', rule: 'r', percent: 0 } },
      ...{ why: { actor: { kind: 'burgee', id: 'controller', name: 'Burgee' }, text: 'more users failed' }, settled: false },
    };
    const body = JSON.stringify({ generation: 7, entries: [entry] });
    const bytes = Buffer.alloc(2 * 256 * 1024, ' ');
    bytes.write(`${createHash('sha256').update(body).digest('hex')} ${body}\n`, 256 * 1024);
    await writeFile(file, bytes);
    const { overrides, live } = start();
    expect(live()).toEqual(['revert-ab']);
    expect(overrides.pending()).toEqual([entry]);
    // and the next ones beside it
    await overrides.assert({ ...held('b', 'f', 'r'), kill: true });
    expect(start().overrides.pending()).toMatchObject([entry, { ...held('b', 'f', 'r'), kill: true }]);
  });

  it('take so little room that 500 fit, each with what it was decided on', async () => {
    const { overrides } = start();
    const text =
      '1,234 of 12,345 users on the new version failed (10.0 %) against 18 of 1,830 (1.0 %) without it; the chance of this by luck is below 1 in 1,000';
    const why = { actor: { kind: 'burgee' as const, id: 'controller', name: 'Burgee' }, text };
    for (let i = 0; i < 20; i++) {
      const decided = { at: 1_800_000_000_000 + i, after: 1_000 + i, upTo: 1_000_000 + i, expire: true, queries: {} };
      await overrides.assert({ ...held(`revert-abcdefghi${i}`, 'new-checkout', 'everyone'), why, kill: true, decided });
    }
    expect(start().overrides.pending()).toHaveLength(20);
    const [written = ''] = (await readFile(file, 'utf8')).split('\n');
    expect((written.length / 20) * 500).toBeLessThan(256 * 1024);
  });

  it('never grow the file: its blocks are taken at the first start', async () => {
    const { overrides } = start();
    const { size } = await stat(file);
    for (let i = 0; i < 600; i++) {
      await overrides.assert(held(`o${i}`, 'f', 'r'));
      if (i % 2 === 0) await overrides.settle(`o${i}`);
    }
    expect((await stat(file)).size).toBe(size);
    expect(start().live()).toContain('o599');
  });

  it('outlive a write that was torn: the slot before it holds', async () => {
    const { overrides } = start();
    await overrides.assert(held('a', 'f', 'r'));
    await overrides.assert(held('b', 'f', 'r'));
    const bytes = await readFile(file);
    for (const [offset, kept] of [
      [80, ['a']],
      [256 * 1024 + 80, ['a', 'b']],
    ] as const) {
      const torn = Buffer.from(bytes);
      torn[offset] = 0x21;
      await writeFile(file, torn);
      expect(start().live()).toEqual(kept);
    }
    await writeFile(file, Buffer.alloc(200, 'x'));
    expect(start().live()).toEqual([]);
  });

  it('live in memory where the file cannot be used, and the log says so', async () => {
    const { overrides, live } = start(folder);
    await overrides.assert(held('a', 'f', 'r'));
    expect(live()).toEqual(['a']);
    expect(errors).toEqual(['cannot use the overrides file: overrides would not survive a restart']);
  });
});
