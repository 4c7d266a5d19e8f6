import { describe, expect, it } from 'vitest';
import type { MinuteRow, UnfoldedReport } from '../domain/ports.ts';
import { MOST_WAITING, MOST_WAITING_FOR_CLIENTS } from './entities.ts';
import { HOUR, KEPT, MINUTE } from './minutes.ts';
import type { Bench } from './store.contract.ts';
import { AT, batch, change, LIVE, minuteRow, report, rollout } from './testing/samples.ts';

const HOUR_START = Math.floor(AT / HOUR) * HOUR;

/** Reports, the evidence folded out of them, and minutes. */
export function usageCases(bench: Bench): void {
  const make = (id: string, over = {}) =>
    bench.store.commit(change([{ put: 'rollout', basedOn: null, entity: rollout(id, over) }]));
  const send = (sequence: number, rollouts: readonly string[] = [], minutes: readonly MinuteRow[] = [], client = false) =>
    bench.store.ingest({ ...LIVE, client, report: report('instance-1', sequence, rollouts), minutes });
  const sendAsClient = (sequence: number, rollouts: readonly string[]) => send(sequence, rollouts, [], true);
  const fold = (reports: readonly number[], seq: number) =>
    bench.store.commit(change([], { fold: { reports, batches: [batch('ramp', seq, { state: { seq } })] } }));
  const all = { ...LIVE, from: 0, to: AT * 2, series: 'count', subjectPrefix: '' };

  describe('reports', () => {
    it('are stored once, their minutes with them', async () => {
      await make('ramp');
      expect(await send(1, ['ramp'], [minuteRow('flag/a/-/on')])).toBe('stored');
      expect(await send(1, ['ramp'], [minuteRow('flag/a/-/on')])).toBe('duplicate');
      expect(await send(2, ['ramp'], [minuteRow('flag/a/-/on')])).toBe('stored');
      expect((await bench.store.minutes(all)).map((row) => row.sums)).toEqual([[2]]);
      const open = await bench.store.unfolded('ramp', 10);
      expect(open.map((row) => row.report.sequence)).toEqual([1, 2]);
      expect(open[0]?.part).toEqual({ rollout: 'ramp', arms: [], unattributed: 1 });
      expect(open[0]?.client).toBe(false);
      expect(await bench.store.unfolded('ramp', 1)).toEqual(open.slice(0, 1));
    });

    it('of many rollouts are read at once, the oldest of each', async () => {
      for (const id of ['ramp', 'other', 'quiet']) await make(id);
      for (const sequence of [1, 2, 3]) await send(sequence, sequence === 2 ? ['ramp'] : ['ramp', 'other']);
      const found = await bench.store.unfoldedOf(['quiet', 'other', 'unknown', 'ramp'], 2);
      expect([...found.keys()].sort()).toEqual(['other', 'ramp']);
      expect(found.get('ramp')).toEqual(await bench.store.unfolded('ramp', 2));
      expect(found.get('other')).toEqual(await bench.store.unfolded('other', 2));
      await fold([found.get('other')?.[0]?.id ?? 0], 1);
      expect((await bench.store.unfoldedOf(['other'], 9)).get('other')?.map((row) => row.report.sequence)).toEqual([3]);
      expect(await bench.store.unfoldedOf([], 9)).toEqual(new Map());
    });

    it('are dropped, and it is said, where nobody folds them: those of others are not', async () => {
      await make('ramp');
      await make('other');
      // eight at a time: a pool has ten connections, and whoever waits for one waits at most 5 s
      for (let sent = 0; sent < MOST_WAITING / 100; sent += 8) {
        const few = Math.min(8, MOST_WAITING / 100 - sent);
        const hundreds = Array.from({ length: few }, (_, i) => send(1_000 + sent + i, Array(100).fill('ramp')));
        expect(new Set(await Promise.all(hundreds))).toEqual(new Set(['stored']));
      }
      expect(await send(2, ['ramp', 'other'], [minuteRow('flag/a/-/on')])).toBe('dropped');
      expect(await send(2, ['ramp', 'other'])).toBe('duplicate');
      expect(await bench.store.unfolded('ramp', MOST_WAITING + 9)).toHaveLength(MOST_WAITING);
      expect(await bench.store.unfolded('other', 9)).toHaveLength(1);
      expect(await bench.store.minutes(all)).toHaveLength(1);
      const [first] = await bench.store.unfolded('ramp', 1);
      await fold([first?.id ?? 0], 1);
      expect(await send(3, ['ramp'])).toBe('stored');
    });

    it('of client keys come after those of server keys, and never take their room', async () => {
      await make('ramp');
      await make('other');
      expect(await sendAsClient(1, ['ramp', 'other'])).toBe('stored');
      await send(2, ['ramp']);
      await sendAsClient(3, ['ramp']);
      await send(4, ['ramp']);
      const order = (rows: readonly UnfoldedReport[] = []) => rows.map(({ client, report: { sequence } }) => [client, sequence]);
      const sorted = [2, 4, 1, 3].map((sequence) => [sequence % 2 === 1, sequence]);
      for (const limit of [1, 2, 3, 4, 9]) {
        expect(order(await bench.store.unfolded('ramp', limit))).toEqual(sorted.slice(0, limit));
        expect(order((await bench.store.unfoldedOf(['ramp', 'other'], limit)).get('ramp'))).toEqual(sorted.slice(0, limit));
      }
      const crowd = Array(MOST_WAITING_FOR_CLIENTS - 4).fill('ramp');
      expect(await sendAsClient(5, crowd)).toBe('stored');
      expect(await sendAsClient(6, ['ramp', 'other'])).toBe('dropped');
      expect(order(await bench.store.unfolded('other', 9))).toEqual([1, 6].map((sequence) => [true, sequence]));
      expect(await send(7, ['ramp'])).toBe('stored');
      expect(order(await bench.store.unfolded('ramp', 3))).toEqual([2, 4, 7].map((sequence) => [false, sequence]));
    });

    it('are stored once when the same one comes many times at once', async () => {
      await make('ramp');
      const answers = await Promise.all(Array.from({ length: 10 }, () => send(1, ['ramp'], [minuteRow('flag/a/-/on')])));
      expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1);
      expect((await bench.store.minutes(all)).map((row) => row.sums)).toEqual([[1]]);
      expect(await bench.store.unfolded('ramp', 10)).toHaveLength(1);
    });

    it('say nothing about rollouts of another environment', async () => {
      await make('ramp');
      await make('foreign', { environment: 'elsewhere' });
      await send(1, ['ramp', 'foreign', 'unknown']);
      expect(await bench.store.unfolded('foreign', 10)).toEqual([]);
      expect(await bench.store.unfolded('unknown', 10)).toEqual([]);
      expect(await bench.store.unfolded('ramp', 10)).toHaveLength(1);
    });

    it('are folded once, each rollout for itself', async () => {
      await make('ramp');
      await make('other');
      await send(1, ['ramp', 'other']);
      const [part] = await bench.store.unfolded('ramp', 10);
      await fold([part?.id ?? 0], 1);
      expect(await bench.store.unfolded('ramp', 10)).toEqual([]);
      expect(await bench.store.unfolded('other', 10)).toHaveLength(1);
      await expect(fold([part?.id ?? 0], 2)).rejects.toMatchObject({ code: 'conflict', details: { kind: 'fold' } });
      expect(await bench.store.batches('ramp')).toHaveLength(1);
      expect(await send(1, ['ramp', 'other'])).toBe('duplicate');
      expect(await bench.store.unfolded('ramp', 10)).toEqual([]);
    });

    it('are folded together or not at all', async () => {
      await make('ramp');
      await send(1, ['ramp']);
      await send(2, ['ramp']);
      const ids = (await bench.store.unfolded('ramp', 10)).map((row) => row.id);
      await fold(ids.slice(0, 1), 1);
      await expect(fold(ids, 2)).rejects.toMatchObject({ code: 'conflict' });
      expect((await bench.store.unfolded('ramp', 10)).map((row) => row.id)).toEqual(ids.slice(1));
    });

    it('become batches that are read back as they were, in order', async () => {
      await make('ramp');
      const rows = [3, 1, 2].map((seq) => batch('ramp', seq, { lnM: seq / 3, state: seq === 2 ? null : { seq }, erred: 'AAA=' }));
      await bench.store.commit(change([], { fold: { reports: [], batches: rows } }));
      expect(await bench.store.batches('ramp')).toEqual([rows[1], rows[2], rows[0]]);
      expect((await bench.store.batches('ramp', 1)).map((row) => row.seq)).toEqual([2, 3]);
      await expect(fold([], 2)).rejects.toMatchObject({ code: 'conflict' });
      expect(await bench.store.batches('other')).toEqual([]);
    });

    it('are summed by minute, without what anyone can send, and nothing of other rollouts or times', async () => {
      for (const id of ['ramp', 'other', 'quiet']) await make(id);
      const at = HOUR_START + 5 * MINUTE;
      const counts = { n1: 10, e1: 2, n0: 90, e0: 3 };
      const rows = [
        ...[batch('ramp', 1, { ...counts, at: at - 1 }), batch('ramp', 2, { ...counts, at, state: null })],
        batch('ramp', 3, { ...counts, at: at + MINUTE - 1, state: { tick: 3, client: false } }),
        batch('ramp', 4, { ...counts, at: at + 5, state: { tick: 4, client: true } }),
        ...[batch('ramp', 5, { n1: 0, n0: 0, at: at + MINUTE }), batch('ramp', 6, { ...counts, at: at + 2 * MINUTE })],
        ...[batch('other', 1, { ...counts, e1: 7, at }), batch('quiet', 1, { ...counts, at })],
      ];
      await bench.store.commit(change([], { fold: { reports: [], batches: rows } }));
      const asked = { rollouts: ['ramp', 'other'], from: at, to: at + 2 * MINUTE };
      expect(await bench.store.armMinutes(asked)).toEqual([
        { rollout: 'other', minute: at, ...counts, e1: 7 },
        { rollout: 'ramp', minute: at, n1: 20, e1: 4, n0: 180, e0: 6 },
      ]);
      expect(await bench.store.armMinutes({ ...asked, rollouts: [] })).toEqual([]);
      expect((await bench.store.armMinutes({ ...asked, from: 0 })).map(({ minute }) => minute - at)).toEqual([-MINUTE, 0, 0]);
    });

    it('go with their rollout', async () => {
      await make('ramp');
      await send(1, ['ramp']);
      await fold([], 1);
      await bench.store.commit(change([{ remove: 'rollout', key: { ...LIVE, id: 'ramp' }, basedOn: 'any' }]));
      expect(await bench.store.batches('ramp')).toEqual([]);
      expect(await bench.store.unfolded('ramp', 10)).toEqual([]);
    });
  });

  describe('minutes', () => {
    const sketch = (...registers: number[]) => Uint8Array.from(registers);

    it('add up their sums and keep the greater registers', async () => {
      await send(
        1,
        [],
        [
          minuteRow('app/shop', { series: 'work', sums: [3, 1, 0] }),
          minuteRow('segment/a', { series: 'sketch', sums: [], sketch: sketch(1, 5, 0) }),
          minuteRow('app/shop', { series: 'work', sums: [1, 1, 1] }),
        ],
      );
      await send(
        2,
        [],
        [
          minuteRow('app/shop', { series: 'work', sums: [10, 0, 2, 4] }),
          minuteRow('segment/a', { series: 'sketch', sums: [], sketch: sketch(2, 4, 0) }),
        ],
      );
      const work = await bench.store.minutes({ ...all, series: 'work' });
      expect(work).toEqual([minuteRow('app/shop', { series: 'work', sums: [14, 2, 3, 4] })]);
      const sketches = await bench.store.minutes({ ...all, series: 'sketch' });
      expect(sketches).toEqual([minuteRow('segment/a', { series: 'sketch', sums: [], sketch: sketch(2, 5, 0) })]);
    });

    it('count every report of many at once', async () => {
      const rows = ['flag/b/-/on', 'flag/a/-/on'].map((subject) => minuteRow(subject));
      await Promise.all(Array.from({ length: 24 }, (_, i) => send(i + 1, [], i % 2 === 0 ? rows : [...rows].reverse())));
      expect((await bench.store.minutes(all)).map((row) => row.sums)).toEqual([[24], [24]]);
    });

    it('are asked for by time, series and the start of their subject', async () => {
      await send(
        1,
        [],
        [
          minuteRow('flag/a/-/on'),
          minuteRow('flag/a/-/on', { minute: AT + MINUTE }),
          minuteRow('flag/ab/-/on'),
          minuteRow('flag/a_/-/on'),
          minuteRow('flag/a/-/on', { series: 'work' }),
        ],
      );
      const found = async (over: object) =>
        (await bench.store.minutes({ ...all, ...over })).map((row) => [row.minute - AT, row.subject]);
      expect(await found({ subjectPrefix: 'flag/a/' })).toEqual([
        [0, 'flag/a/-/on'],
        [MINUTE, 'flag/a/-/on'],
      ]);
      expect(await found({ subjectPrefix: 'flag/a_/' })).toEqual([[0, 'flag/a_/-/on']]);
      expect(await found({ from: AT + 1 })).toEqual([[MINUTE, 'flag/a/-/on']]);
      expect(await found({ to: AT, subjectPrefix: 'flag' })).toEqual([]);
    });
  });

  describe('sightings', () => {
    const seen = async (over: object = {}) =>
      (await bench.store.sightings({ project: 'shop', ...over })).map((one) => [one.environment, one.flag, one.minute - AT]);

    it('say when each flag was last asked for, and never go back', async () => {
      await send(1, [], [minuteRow('flag/a/-/on'), minuteRow('flag/a/r/x/y'), minuteRow('flag/b/-/on')]);
      await send(2, [], [minuteRow('flag/a/-/on', { minute: AT + MINUTE }), minuteRow('flag/c/r', { series: 'sketch' })]);
      await send(3, [], [minuteRow('flag/a/-/on', { minute: AT - MINUTE })]);
      expect(await seen()).toEqual([
        ['live', 'a', MINUTE],
        ['live', 'b', 0],
      ]);
      expect(await seen({ flag: 'b' })).toEqual([['live', 'b', 0]]);
      expect(await seen({ environment: 'elsewhere' })).toEqual([]);
      expect(await seen({ project: 'other' })).toEqual([]);
    });

    it('come once when many reports of one minute come at once, and not with a duplicate', async () => {
      const rows = ['flag/b/-/on', 'flag/a/-/on'].map((subject) => minuteRow(subject));
      await Promise.all(Array.from({ length: 12 }, (_, i) => send(i + 1, [], i % 2 === 0 ? rows : [...rows].reverse())));
      expect(await send(1, [], [minuteRow('flag/z/-/on')])).toBe('duplicate');
      expect((await seen()).map(([, flag]) => flag)).toEqual(['a', 'b']);
    });

    it('outlive their minutes, for 90 days', async () => {
      await send(1, [], [minuteRow('flag/a/-/on')]);
      await bench.store.prune(AT + KEPT.hours - 1);
      expect(await seen()).toEqual([['live', 'a', 0]]);
      await bench.store.prune(AT + KEPT.hours + 1);
      expect(await seen()).toEqual([]);
    });
  });

  describe('prune', () => {
    it('turns minutes of two days ago into hours, and drops hours after 90 days', async () => {
      const at = (minute: number) => minuteRow('flag/a/-/on', { minute: HOUR_START + minute * MINUTE });
      await send(1, [], [at(0), at(1), at(59), at(60)]);
      const total = async () => (await bench.store.minutes(all)).map((row) => [(row.minute - HOUR_START) / MINUTE, row.sums[0]]);
      await bench.store.prune(HOUR_START + KEPT.minutes);
      expect(await total()).toHaveLength(4);
      expect(await bench.store.prune(HOUR_START + HOUR + KEPT.minutes)).toBeGreaterThanOrEqual(3);
      expect(await total()).toEqual([
        [0, 3],
        [60, 1],
      ]);
      await send(2, [], [at(5)]);
      await bench.store.prune(HOUR_START + HOUR + KEPT.minutes);
      expect(await total()).toEqual([
        [0, 4],
        [60, 1],
      ]);
      await bench.store.prune(HOUR_START + KEPT.hours + 1);
      expect(await total()).toEqual([[60, 1]]);
    });

    it('forgets old identities, but not while a running rollout has yet to fold them', async () => {
      await make('ramp');
      await send(1, ['ramp']);
      await send(2);
      const { at } = await bench.store.commit(change([]));
      const later = at + KEPT.reports + MINUTE;
      expect(await bench.store.prune(at + KEPT.reports - MINUTE)).toBe(0);
      expect(await bench.store.prune(later)).toBe(1);
      expect(await send(1, ['ramp'])).toBe('duplicate');
      const [part] = await bench.store.unfolded('ramp', 10);
      await fold([part?.id ?? 0], 1);
      expect(await bench.store.prune(later)).toBe(2);
      expect(await bench.store.batches('ramp')).toHaveLength(1);
    });
  });
}
