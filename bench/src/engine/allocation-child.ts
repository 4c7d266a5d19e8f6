import { createClient } from '@burgee/client-sdk/node';
import type { Ruleset } from '@burgee/engine';
import { rulesetOf } from './candidates/burgee.ts';
import { answer, collect } from './child.ts';
import { serveRuleset } from './endpoint.ts';
import { peopleOf } from './people.ts';
import { scenarios } from './scenarios.ts';

/** Bytes of heap for one call, by what was called. */
export type Allocations = Readonly<Record<string, number>>;

const CALLS = 100_000;
/** What allocates is called less often: nothing may be collected while it is counted. */
const FEWER_CALLS = 10_000;
const REPEATS = 5;

/** The median over repeats of what the heap grew by, a call; no collection happens in between. */
function bytesPerCall(call: (i: number) => unknown, calls = CALLS): number {
  let kept: unknown;
  const turn = (): void => {
    for (let i = 0; i < calls; i++) kept = call(i);
  };
  for (let i = 0; i < (5 * CALLS) / calls; i++) turn();
  const grown = Array.from({ length: REPEATS }, () => {
    collect();
    const before = process.memoryUsage().heapUsed;
    turn();
    return (process.memoryUsage().heapUsed - before) / calls;
  });
  if (kept === undefined) throw new Error('nothing was answered');
  return grown.sort((a, b) => a - b)[REPEATS >> 1] ?? Number.NaN;
}

/** A few of every scenario's flags, and one of each other type that is split in two. */
function mixed(): Ruleset {
  const ruleset = rulesetOf(scenarios[0]?.described ?? { flags: [], segments: [] });
  const split = (key: string, type: 'string' | 'number', values: readonly (string | number)[]): Ruleset['flags'][number] => ({
    ...{
      key,
      type,
      browserAccess: 'none',
      enabled: true,
      killed: false,
      prerequisites: [],
      defaultVariant: '0',
      offVariant: '0',
    },
    variants: values.map((value, i) => ({ key: String(i), value })),
    rules: [
      {
        id: 'r1',
        percent: 100,
        by: 'default',
        serve: { split: { weights: values.map((_, i) => ({ variant: String(i), weight: 500 })) } },
      },
    ],
  });
  return {
    ...ruleset,
    flags: [...ruleset.flags, split('colour', 'string', ['blue', 'green']), split('ratio', 'number', [0.25, 0.75])],
  };
}

answer(async (): Promise<Allocations> => {
  const ruleset = mixed();
  const contexts = peopleOf({ seed: 4, count: 1_000 }).map(({ id, ...rest }) => ({ targetingKey: id, ...rest }));
  const contextAt = (i: number) => contexts[i % contexts.length];
  const keys = [50, 51, 52, 53].map((number) => `flag-number-${number}`);
  const keyAt = (i: number) => keys[i & 3] ?? '';
  const served = await serveRuleset(JSON.stringify(ruleset));
  const offline = createClient({ offline: true, bootstrap: ruleset });
  const counting = createClient({ url: served.url, key: 'bg_srv_bench' });
  const found: Record<string, number> = {};
  for (const [how, client] of [
    ['offline', offline],
    ['counting', counting],
  ] as const) {
    await client.ready({ timeout: 10_000 });
    found[`boolean, ${how}`] = bytesPerCall((i) => client.boolean(keyAt(i), contextAt(i), false));
    found[`string, ${how}`] = bytesPerCall((i) => client.string('colour', contextAt(i), ''));
    found[`number, ${how}`] = bytesPerCall((i) => client.number('ratio', contextAt(i), 0));
  }
  // what the counters must see: an explanation is an object of its own, and so is a context made for one call
  found['detail (a control)'] = bytesPerCall((i) => offline.detail('colour', contextAt(i), ''), FEWER_CALLS);
  found['a context made for the call (a control)'] = bytesPerCall(
    (i) => offline.boolean(keyAt(i), { ...contextAt(i) }, false),
    FEWER_CALLS,
  );
  await Promise.all([offline.close(), counting.close(), served.close()]);
  return found;
});
