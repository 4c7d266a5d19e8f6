import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type NoticeRoute, RETRY_MS } from '../domain/notice/notice.ts';
import type { Store } from '../domain/ports.ts';
import { createOutbound } from '../outbound/client.ts';
import { openSqlite } from '../storage/sqlite/open.ts';
import { change, silent } from '../storage/testing/samples.ts';
import { createNotifier } from './notifier.ts';
import { createNoticeSender } from './sender.ts';
import { noticeOf, routeTo, startTarget } from './testing.ts';

const START = 1_800_000_000_000;
let folder: string;
let store: Store;
let target: Awaited<ReturnType<typeof startTarget>>;
let outbound: ReturnType<typeof createOutbound>;
let now: number;
const clock = () => now;

beforeEach(async () => {
  now = START;
  folder = mkdtempSync(join(tmpdir(), 'burgee-notices-'));
  store = await openSqlite({ file: join(folder, 'burgee.db'), clock, log: silent });
  target = await startTarget();
  outbound = createOutbound({ allow: ['127.0.0.1'] });
});
afterEach(async () => {
  await store.close();
  await target.close();
  await outbound.close();
  rmSync(folder, { recursive: true });
});

const notifier = (owner = 'one', over: Partial<Parameters<typeof createNotifier>[0]> = {}) => {
  const sender = createNoticeSender({ outbound, clock, publicUrl: 'https://flags.example', mail: null });
  return createNotifier({ store, sender, clock, log: silent, luck: () => 0.5, owner, ...over });
};
const put = (route: NoticeRoute) => store.commit(change([{ put: 'noticeRoute', entity: route, basedOn: 'any' }]));
const hook = (over: Partial<NoticeRoute> = {}) => put(routeTo({ kind: 'slack', url: target.url }, over));
const tell = (...flags: string[]) => store.commit(change([], { notices: flags.map((flag) => noticeOf(flag)) }));
const newest = async () => (await store.notices({ project: 'shop', limit: 1 }))[0]?.deliveries;
const flagsPosted = () => target.posted.map(({ body }) => /killed (\S+) in/.exec(body)?.[1]);

describe('the notifier', () => {
  it('sends a notice to every route that wants it, once', async () => {
    await hook();
    await hook({ key: 'two', events: ['flag.killed'], environments: ['live', 'test'] });
    await hook({ key: 'other-event', events: ['rollout.reverted'] });
    await hook({ key: 'other-environment', environments: ['test'] });
    await hook({ key: 'disabled', disabled: true });
    await hook({ key: 'other-project', project: 'elsewhere' });
    await tell('a');
    const sending = notifier();
    await sending.tick();
    await sending.tick();
    expect(target.posted).toHaveLength(2);
    const sent = { state: 'sent', attempts: 1, at: START, error: null };
    expect(await newest()).toEqual({ hook: sent, two: sent });
  });

  it('is done with a notice that nobody wants, and does not send it to a route made later', async () => {
    await tell('a');
    await notifier().tick();
    expect(await newest()).toEqual({});
    await hook();
    now += RETRY_MS[0] ?? 0;
    await notifier().tick();
    expect(target.posted).toEqual([]);
  });

  it('tries again where the target is down, and delivers when it is back, under the same id', async () => {
    target.status = 503;
    await put(routeTo({ kind: 'webhook', url: target.url, secrets: [{ secret: 'whsec_AAAA', until: null }] }));
    await tell('a');
    const sending = notifier();
    await sending.tick();
    const failed = { state: 'failed', attempts: 1, at: START + 60_000, error: `127.0.0.1:${target.port} answered 503` };
    expect(await newest()).toEqual({ hook: failed });
    now += 59_000;
    await sending.tick();
    expect(target.posted).toHaveLength(1);
    target.status = 200;
    now += 1_001;
    await sending.tick();
    expect(await newest()).toMatchObject({ hook: { state: 'sent', attempts: 2 } });
    const ids = target.posted.map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([`notice_1_${START.toString(36)}_hook`, ids[0]]);
  });

  it('gives up after eight retries, from a minute to six hours, and shows it', async () => {
    target.status = 500;
    await hook();
    await tell('a');
    const sending = notifier();
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      await sending.tick();
      const { at = 0, state } = (await newest())?.hook ?? {};
      if (state === 'failed') waits.push(at - now);
      now = Math.max(now, at);
    }
    expect(waits).toEqual(RETRY_MS);
    expect([RETRY_MS.length, RETRY_MS[0], RETRY_MS.at(-1)]).toEqual([8, 60_000, 6 * 3_600_000]);
    expect(await newest()).toMatchObject({ hook: { state: 'given_up', attempts: 9 } });
    now += 7 * 86_400_000;
    await sending.tick();
    expect(target.posted).toHaveLength(9);
  });

  it('lets a target that never answers delay no other notice, nor another route', async () => {
    const dead = await startTarget();
    dead.status = 0;
    await hook({ events: [], environments: ['live'] });
    await put(routeTo({ kind: 'slack', url: dead.url }, { key: 'dead', environments: ['live'] }));
    await tell('a', 'b');
    const sending = notifier();
    const stuck = sending.tick();
    await vi.waitFor(() => expect(flagsPosted()).toEqual(['a', 'b']));
    await hook({ key: 'dead', disabled: true });
    await tell('c');
    void sending.tick();
    await vi.waitFor(() => expect(flagsPosted()).toEqual(['a', 'b', 'c']));
    await dead.close();
    await stuck;
    expect(target.posted).toHaveLength(3);
  });

  it('follows no redirect, and asks no address that is not allowed', async () => {
    target.status = 302;
    await hook();
    await put(routeTo({ kind: 'slack', url: 'http://169.254.169.254/latest' }, { key: 'metadata' }));
    await put(routeTo({ kind: 'slack', url: 'https://127.0.0.2:443/' }, { key: 'loopback' }));
    await tell('a');
    await notifier().tick();
    expect(await newest()).toMatchObject({
      hook: { state: 'failed', error: expect.stringContaining('redirect') },
      metadata: { state: 'failed', error: 'a cloud metadata address is never asked' },
      loopback: { state: 'failed', error: expect.stringContaining('BURGEE_OUTBOUND_ALLOW') },
    });
  });

  it('sends each notice once when two servers look at the same moment', async () => {
    await hook();
    const flags = Array.from({ length: 40 }, (_, i) => `f${i}`);
    await tell(...flags);
    await Promise.all(['one', 'two'].flatMap((owner) => [notifier(owner).tick(), notifier(owner).tick()]).slice(0, 3));
    await notifier('three').tick();
    expect(new Set(flagsPosted())).toEqual(new Set(flags));
    expect(await store.takeNotices('four', 1_000, 10)).toEqual([]);
  });

  it('would send twice without claims (the control)', async () => {
    await hook();
    await tell('a');
    const greedy: Store = { ...store, takeNotices: () => store.notices({ project: 'shop', limit: 10 }) };
    await Promise.all([notifier('one', { store: greedy }).tick(), notifier('two', { store: greedy }).tick()]);
    expect(target.posted).toHaveLength(2);
  });

  it('sends a hold that comes and goes for the same reason once an hour', async () => {
    await hook();
    const hold = (sentence: string, event: 'rollout.held' | 'rollout.paused' = 'rollout.held') =>
      store.commit(change([], { notices: [noticeOf('a', { event, rollout: 'ab12', sentence })] }));
    const sending = notifier();
    for (const wait of [0, 20, 20, 19, 2, 1]) {
      now += wait * 60_000;
      await hold('killed quiet in');
      await sending.tick();
    }
    expect(target.posted).toHaveLength(2);
    await hold('killed another in');
    await hold('killed quiet in', 'rollout.paused');
    await sending.tick();
    expect(target.posted).toHaveLength(4);
  });

  it('outlives a database that cannot be written, and leaves it alone for a while', async () => {
    let asked = 0;
    const takeNotices = () => {
      asked++;
      return Promise.reject(new Error('away'));
    };
    const sending = notifier('one', { store: { ...store, takeNotices } });
    for (let second = 0; second < 20; second++) {
      await sending.tick();
      now += 1_000;
    }
    expect(asked).toBe(2);
  });
});

describe('a server that is killed between sending and noting it', () => {
  it('leaves the notice to the next, which sends it', async () => {
    now = Date.now();
    await hook();
    await tell('a');
    await store.close();
    target.status = 0;
    const file = join(folder, 'burgee.db');
    const script = join(import.meta.dirname, 'testing-process.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=burgee-source', script, file], { stdio: 'ignore' });
    const ended = new Promise((done) => child.once('exit', done));
    try {
      await vi.waitFor(() => expect(target.posted).toHaveLength(1), { timeout: 30_000, interval: 20 });
    } finally {
      child.kill('SIGKILL');
    }
    await ended;
    target.status = 200;
    store = await openSqlite({ file, clock, log: silent });
    expect(await newest()).toBeNull();
    await notifier('this server').tick();
    expect(flagsPosted()).toEqual(['a', 'a']);
    expect(await newest()).toMatchObject({ hook: { state: 'sent' } });
  }, 60_000);
});
