import { prepare } from '@burgee/engine';
import { describe, expect, it } from 'vitest';
import type { EnvironmentPicture } from '../../domain/ports.ts';
import { Channel } from './channel.ts';
import { OverrideBook } from './override-book.ts';
import { AT } from './testing.ts';

/** A channel whose environment is at revision `n`, until told otherwise. */
function start() {
  const errors: string[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (_: object, message: string) => void errors.push(message) };
  const source = { n: 1, reads: 0, fails: false, tookMs: 0 };
  const picture = async (): Promise<EnvironmentPicture> => {
    source.reads += 1;
    const { n, fails } = source;
    await new Promise((resolve) => setTimeout(resolve, source.tookMs));
    if (fails) throw new Error('the database is away');
    const environment = { project: AT.project, key: AT.environment, name: '', order: 0, createdAt: 0 };
    return { environment, revision: { epoch: 1, n }, flags: [], states: [], segments: [], rollouts: [] };
  };
  const deps = { store: { picture }, clock: Date.now, log, prepare, check: () => undefined, slice: 10 };
  const channel = new Channel(AT, new OverrideBook(), deps);
  return { channel, source, errors, n: () => channel.view('server')?.ruleset.revision.n };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a channel', () => {
  it('keeps what it has while the database is away, and catches up by itself', async () => {
    const { channel, source, errors, n } = start();
    await channel.refresh();
    source.fails = true;
    source.n = 2;
    channel.moved();
    await channel.settled();
    expect(n()).toBe(1);
    while (errors.length === 0) await pause(5);
    source.fails = false;
    while (n() !== 2) await pause(20);
    expect(errors[0]).toBe('cannot read a changed environment; trying again');
    channel.stop();
  });

  it('never goes back to an older revision', async () => {
    const { channel, source, n } = start();
    source.n = 5;
    await channel.refresh();
    source.n = 4;
    await channel.refresh();
    expect(n()).toBe(5);
  });

  it('has all that was committed before `refresh` was called, though a read was under way', async () => {
    const { channel, source, n } = start();
    source.tookMs = 20;
    const early = channel.refresh();
    source.n = 2;
    const late = [channel.refresh(), channel.refresh()];
    await early;
    expect(n()).toBe(1);
    await Promise.all(late);
    expect(n()).toBe(2);
    expect(source.reads).toBe(2);
  });

  it('reads a burst of changes in a few reads, the last of them too, and whoever asks meanwhile has the newest', async () => {
    const { channel, source, n } = start();
    source.tookMs = 20;
    await channel.refresh();
    for (source.n = 2; source.n < 100; source.n++) {
      channel.moved();
      await pause(1);
    }
    channel.moved();
    await channel.settled();
    expect(n()).toBe(100);
    expect(source.reads).toBeLessThan(30);
    channel.stop();
  });
});
