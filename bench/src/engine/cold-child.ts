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

/** What it took from the text to the first answer: processor time of the whole process, and what is kept of the heap and beside it. */
export interface Cold {
  readonly cpuMs: number;
  readonly heapMb: number;
}

answer(async ({ candidate: id, path, key }: ColdOrder): Promise<Cold> => {
  const candidate = await load(id);
  const [person] = peopleOf({ seed: 3, count: 1 });
  if (person === undefined) throw new Error('nobody to ask for');
  collect();
  const heapBefore = held();
  // read only now: whoever keeps the text, or slices of it, keeps it
  let config: string | null = readFileSync(path, 'latin1');
  const before = process.cpuUsage();
  const opened = await candidate.open(config);
  config = null;
  const first = await (opened.now ?? opened.later)?.boolean(key, opened.context(person));
  const { user, system } = process.cpuUsage(before);
  if (typeof first !== 'boolean') throw new Error(`${candidate.name}: the first value is ${String(first)}`);
  collect();
  const heapMb = (held() - heapBefore) / 1e6;
  // asked again, so that nothing was given up before the heap was measured
  if ((await (opened.now ?? opened.later)?.boolean(key, opened.context(person))) !== first) throw new Error('another answer');
  await opened.close();
  return { cpuMs: (user + system) / 1e3, heapMb };
});

/** Long texts and buffers lie beside the heap. */
function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
