import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Delta, Ruleset, RulesetFlag } from '@burgee/engine';
import { rulesetOf } from './candidates/burgee.ts';
import { inChild } from './child.ts';
import { sealed, serveRuleset } from './endpoint.ts';
import { large } from './scenarios.ts';
import type { SwapOrder, Waits } from './swap-child.ts';

/** What arrives while an application evaluates: a change of one flag, or everything anew. */
export type Arrival = 'delta' | 'snapshot';

const PAUSE_MS = 60;

/** Has a client in a process of its own evaluate without a pause while rulesets of so many flags arrive over its stream; kept on disk or not. */
export async function swapUnderLoad(arrival: Arrival, count: number, swaps: number, isKept = false): Promise<Waits> {
  const ruleset = rulesetOf(large(count));
  const served = await serveRuleset(JSON.stringify(ruleset));
  let n = ruleset.revision.n;
  const timer = setInterval(
    () => {
      if (served.streams() === 0) return;
      n++;
      served.send(arrival, `1.${n}`, arrival === 'delta' ? deltaOf(ruleset, n) : snapshotOf(ruleset, n));
    },
    PAUSE_MS + count / (arrival === 'snapshot' ? 20 : 1_000),
  );
  const folder = isKept ? await mkdtemp(join(tmpdir(), 'burgee-bench-')) : undefined;
  try {
    return await inChild<SwapOrder, Waits>('./swap-child.ts', {
      ...{ url: served.url, flags: count, swaps },
      ...(folder !== undefined && { cacheDir: folder }),
    });
  } finally {
    clearInterval(timer);
    await served.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** The flag with its last rule at another percent. */
function moved(flag: RulesetFlag, n: number): RulesetFlag {
  return { ...flag, rules: flag.rules.map((rule, i) => (i < flag.rules.length - 1 ? rule : { ...rule, percent: n % 100 })) };
}

function deltaOf({ flags }: Ruleset, n: number): string {
  const [flag] = flags.slice(n % flags.length);
  if (flag === undefined) throw new Error('a ruleset without flags');
  const revision = { epoch: 1, n };
  const delta: Delta = { schema: 1, revision, flags: [moved(flag, n)], segments: [], removedFlags: [], removedSegments: [] };
  return sealed('delta', JSON.stringify(delta));
}

function snapshotOf(ruleset: Ruleset, n: number): string {
  const revision = { epoch: 1, n };
  return sealed('ruleset', JSON.stringify({ ...ruleset, revision, flags: ruleset.flags.map((flag) => moved(flag, n)) }));
}
