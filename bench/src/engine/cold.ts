import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../counting.ts';
import { figuresOf } from '../figure.ts';
import { type CandidateId, candidateIds, load } from './candidates.ts';
import { inChild } from './child.ts';
import type { Cold, ColdOrder } from './cold-child.ts';
import type { Row } from './row.ts';
import { large } from './scenarios.ts';
import type { Timings } from './timing-child.ts';
import { besides } from './warm.ts';

const BAR = 0.5;

/** S7: from the text of 10,000 flags with three rules each to the first value, every time in a fresh process. */
export const coldRow: Row = {
  id: 'S7',
  title: '10,000 flags × 3 rules: parse, index, first value',
  async run({ isQuick }) {
    const described = large(isQuick ? 1_000 : 10_000);
    const folder = await mkdtemp(join(tmpdir(), 'burgee-bench-'));
    const starts = new Map<CandidateId, Cold[]>(candidateIds.map((id) => [id, []]));
    for (const id of candidateIds) await writeFile(join(folder, id), (await load(id)).configure(described, false));
    for (let round = 0; round < (isQuick ? 1 : 7); round++) {
      for (const [id, found] of starts) {
        // what is compared with a bar is measured more often
        if (round >= 3 && id !== 'burgee' && id !== 'floor') continue;
        const order = { candidate: id, path: join(folder, id), key: 'flag-number-0' };
        found.push(await inChild<ColdOrder, Cold>('./cold-child.ts', order));
      }
    }
    await rm(folder, { recursive: true });
    const middle = (of: keyof Cold): Timings =>
      Object.fromEntries([...starts].map(([id, found]) => [id, median(found.map((one) => one[of]))]));
    const [cpu, heap] = [middle('cpuMs'), middle('heapMb')];
    const ratio = ({ burgee = Number.NaN, floor = Number.NaN }: Timings): number => burgee / floor;
    const figure = figuresOf('engine', 7);
    const what = `S7 ${described.flags.length} flags × 3 rules, from text to first value`;
    return {
      figures: [
        figure.shown({ figure: `${what}: processor time`, value: cpu.burgee ?? null, unit: 'ms', peers: besides('burgee', cpu) }),
        figure.atMost({ figure: `${what}: processor time, ratio to the floor`, value: ratio(cpu), unit: '×' }, BAR),
        figure.shown({ figure: `${what}: heap kept`, value: heap.burgee ?? null, unit: 'MB', peers: besides('burgee', heap) }),
        figure.atMost({ figure: `${what}: heap kept, ratio to the floor`, value: ratio(heap), unit: '×' }, BAR),
      ],
      columns: [
        { title: 'S7 ms', values: cpu },
        { title: 'S7 MB', values: heap },
      ],
    };
  },
};
