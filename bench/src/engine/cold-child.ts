import { readFileSync } from 'node:fs';
import { type CandidateId, load } from './candidates.ts';
import { answer, collect } from './child.ts';
import { peopleOf } from './people.ts';

export interface ColdOrder {
  readonly candidate: CandidateId;
  /** A file with its configuration. */
  readonly path: string;
  readonly key: string;
}

/** What it took from the text to the first answer: processor time of the whole process, and what of the heap is kept. */
export interface Cold {
  readonly cpuMs: number;
  readonly heapMb: number;
}

answer(async ({ candidate: id, path, key }: ColdOrder): Promise<Cold> => {
  const candidate = await load(id);
  const config = readFileSync(path, 'latin1');
  const [person] = peopleOf({ seed: 3, count: 1 });
  if (person === undefined) throw new Error('nobody to ask for');
  collect();
  const heapBefore = process.memoryUsage().heapUsed;
  const before = process.cpuUsage();
  const opened = await candidate.open(config);
  const first = await (opened.now ?? opened.later)?.boolean(key, opened.context(person));
  const { user, system } = process.cpuUsage(before);
  if (typeof first !== 'boolean') throw new Error(`${candidate.name}: the first value is ${String(first)}`);
  collect();
  const heapMb = (process.memoryUsage().heapUsed - heapBefore) / 1e6;
  // asked again, so that nothing was given up before the heap was measured
  if ((await (opened.now ?? opened.later)?.boolean(key, opened.context(person))) !== first) throw new Error('another answer');
  await opened.close();
  return { cpuMs: (user + system) / 1e3, heapMb };
});
