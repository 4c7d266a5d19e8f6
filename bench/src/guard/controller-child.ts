import type { RolloutReport } from '@burgee/engine';
import { createController } from '../../../server/src/rollout/controller.ts';
import { SILENT } from '../../../server/src/rollout/testing.ts';
import { openSqlite } from '../../../server/src/storage/sqlite/open.ts';
import type { Answer, Second } from './mortal.ts';

const file = process.argv[2] ?? '';
let now = 0;
const clock = () => now;
const scope = { project: 'default', environment: 'production' };

const store = await openSqlite({ file, clock, log: SILENT });
const controller = createController({
  ...{ store, clock, log: SILENT, owner: 'this server', random: () => 'x' },
  metrics: { read: async () => ({ kind: 'unavailable', reason: 'nobody answers' }) },
  overrides: { assert: async () => undefined, settle: async () => undefined, pending: () => [] },
});

async function ingest(sequence: number, part: RolloutReport): Promise<void> {
  await store.ingest({
    ...scope,
    client: false,
    minutes: [],
    report: {
      ...{ schema: 1, instance: 'instance-0000000001', sequence, sdk: 'bench/1', app: 'shop', platform: 'node', revision: null },
      ...{ spanMs: 1_000, counts: [], sketches: [], work: null, attributes: [], rollouts: [part] },
    },
  });
}

process.on('message', async ({ at, rollout: id, reports }: Second) => {
  now = at;
  for (const { sequence, part } of reports) await ingest(sequence, part);
  await controller.tick();
  const stored = await store.get('rollout', { ...scope, id });
  const state = await store.get('state', { ...scope, flag: stored?.entity.flag ?? '' });
  const percent = state?.entity.rules[0]?.percent ?? Number.NaN;
  const answer: Answer = { state: stored?.entity.state ?? 'gone', percent, taken: reports.map(({ sequence }) => sequence) };
  process.send?.(answer);
});
process.send?.('ready');
