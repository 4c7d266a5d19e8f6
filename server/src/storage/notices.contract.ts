import { describe, expect, it } from 'vitest';
import type { Notice } from '../domain/notice/notice.ts';
import { NOTICES_KEPT } from './notices.ts';
import type { Bench } from './store.contract.ts';
import { change, entry, flag, LIVE } from './testing/samples.ts';

const LONG = 600_000;
const SHORT = 150;

function notice(sentence: string, over: Partial<Notice> = {}): Notice {
  return { event: 'flag.killed', ...LIVE, flag: 'a', rollout: null, sentence, path: '/projects/shop', ...over };
}

/** The outbox: written with what it tells, sent by one at a time, kept until it is over. */
export function noticeCases(bench: Bench): void {
  const tell = (...sentences: string[]) =>
    bench.store.commit(change([], { notices: sentences.map((sentence) => notice(sentence)) }));
  const sentences = (rows: readonly { notice: Notice }[]) => rows.map((row) => row.notice.sentence);
  const sent = { hook: { state: 'sent', attempts: 1, at: 5, error: null } } as const;

  describe('notices', () => {
    it('are written with the change that they tell of, and watchers hear of them', async () => {
      const heard: string[] = [];
      bench.store.watch(({ objects }) => heard.push(...objects));
      const { at } = await bench.store.commit(change([], { audit: [entry()], notices: [notice('it “happened” <b>')] }));
      const [row] = await bench.store.notices({ project: 'shop', limit: 10 });
      expect(row).toEqual({ id: row?.id, at, notice: notice('it “happened” <b>'), deliveries: null });
      expect(heard).toEqual([`notice/shop/${row?.id}`]);
    });

    it('are not there when their change is refused', async () => {
      const refused = change([{ put: 'flag', basedOn: 7, entity: flag('a') }], { notices: [notice('never')] });
      await expect(bench.store.commit(refused)).rejects.toMatchObject({ code: 'conflict' });
      const settled = await Promise.allSettled(bench.store.commitEach([refused, change([], { notices: [notice('yes')] })]));
      expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
      expect(sentences(await bench.store.takeNotices('one', LONG, 10))).toEqual(['yes']);
    });

    it('go to one sender at a time, oldest first', async () => {
      await tell('a', 'b', 'c');
      expect(sentences(await bench.store.takeNotices('one', LONG, 2))).toEqual(['a', 'b']);
      expect(sentences(await bench.store.takeNotices('two', LONG, 10))).toEqual(['c']);
      expect(await bench.store.takeNotices('three', LONG, 10)).toEqual([]);
    });

    it('are taken once when two reach for them at the same moment', async () => {
      await tell(...Array.from({ length: 20 }, (_, i) => `n${i}`));
      const both = await Promise.all([
        bench.store.takeNotices('one', LONG, 20),
        bench.store.takeNotices('two', LONG, 20),
        bench.store.takeNotices('one too', LONG, 20),
      ]);
      const ids = both.flat().map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    });

    it('come back when their sender is gone, and at once to a sender of the same name', async () => {
      await tell('a');
      await bench.store.takeNotices('one', SHORT, 10);
      expect(sentences(await bench.store.takeNotices('one', SHORT, 10))).toEqual(['a']);
      expect(await bench.store.takeNotices('two', LONG, 10)).toEqual([]);
      await bench.database.elapse(SHORT + 50);
      const [row] = await bench.store.takeNotices('two', LONG, 10);
      const progress = { id: row?.id ?? 0, deliveries: {}, dueInMs: null };
      expect(await bench.store.settleNotice('one', progress)).toBe(false);
      expect(await bench.store.settleNotice('two', { ...progress, deliveries: sent })).toBe(true);
      expect((await bench.store.notices({ project: 'shop', limit: 1 }))[0]?.deliveries).toEqual(sent);
    });

    it('are due again when their sender says so, and never once they are over', async () => {
      await tell('later', 'over');
      const [later, over] = await bench.store.takeNotices('one', LONG, 10);
      const failed = { hook: { state: 'failed', attempts: 1, at: 9, error: 'down' } } as const;
      await bench.store.settleNotice('one', { id: later?.id ?? 0, deliveries: failed, dueInMs: SHORT });
      await bench.store.settleNotice('one', { id: over?.id ?? 0, deliveries: sent, dueInMs: null });
      expect(await bench.store.takeNotices('two', LONG, 10)).toEqual([]);
      await bench.database.elapse(SHORT + 50);
      const again = await bench.store.takeNotices('two', LONG, 10);
      expect(again).toEqual([{ ...later, deliveries: failed }]);
    });

    it('are listed newest first, by project, in pages; and survive a restart', async () => {
      await tell('a', 'b', 'c');
      await bench.store.commit(change([], { notices: [notice('other', { project: 'other', environment: null })] }));
      const again = await bench.reopen();
      const first = await again.notices({ project: 'shop', limit: 2 });
      expect(sentences(first)).toEqual(['c', 'b']);
      expect(sentences(await again.notices({ project: 'shop', before: first[1]?.id ?? 0, limit: 2 }))).toEqual(['a']);
    });

    it('are dropped after their retention, but never before they are over', async () => {
      await tell('open', 'over');
      const { at } = await bench.store.commit(change([]));
      const [, over] = await bench.store.takeNotices('one', LONG, 10);
      await bench.store.settleNotice('one', { id: over?.id ?? 0, deliveries: sent, dueInMs: null });
      expect(await bench.store.prune(at + NOTICES_KEPT - 60_000)).toBe(0);
      expect(await bench.store.prune(at + NOTICES_KEPT + 60_000)).toBe(1);
      expect(sentences(await bench.store.notices({ project: 'shop', limit: 10 }))).toEqual(['open']);
    });
  });
}
