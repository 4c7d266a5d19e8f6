import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RolloutReport } from '@burgee/engine';
import { evidenceOf } from '../../../server/src/domain/guard/evidence.ts';
import { replay, summary } from '../../../server/src/domain/guard/memory.ts';
import type { Plan } from '../../../server/src/domain/rollout/rollout.ts';
import { createWorld, type Fails, planWith, SILENT, stage, visits } from '../../../server/src/rollout/testing.ts';
import { openSqlite } from '../../../server/src/storage/sqlite/open.ts';
import { Dice } from '../dice.ts';
import { figuresOf } from '../figure.ts';
import { mortalServer } from './mortal.ts';
import { BAD, each, HEALTHY, sum } from './real.ts';
import { type Row, seedsOf } from './row.ts';

const SCOPE = { project: 'default', environment: 'production' };
const REQUESTS = 200;

/** Kills every so many seconds; 0: never. */
export interface Life {
  readonly plan: Plan;
  readonly fails: Fails;
  readonly seconds: number;
  readonly killEvery: number;
  /** Until then nothing fails more than it should, s. */
  readonly wellFor: number;
}

/**
 * A server that is killed again and again in the middle of its work, while reports come twice and in any order: what its
 * database says in the end, against a replay of its own batch log and against what was reported.
 */
export async function life({ plan, fails, seconds, killEvery, wellFor }: Life, seed: number) {
  const folder = await mkdtemp(join(tmpdir(), 'burgee-mortal-'));
  const file = join(folder, 'burgee.db');
  const dice = new Dice(seed);
  const world = await createWorld({ open: (clock) => openSqlite({ file, clock, log: SILENT }) });
  await world.addFlag('checkout');
  const { id } = await world.startRollout(plan);
  let at = world.clock();
  await world.close();
  const server = mortalServer(file);
  let waiting: { sequence: number; part: RolloutReport }[] = [];
  let [percent, second, kills, ended] = [plan.stages[0]?.percent ?? 0, 0, 0, Number.POSITIVE_INFINITY];
  try {
    while (second < seconds && ended === Number.POSITIVE_INFINITY) {
      second += 1;
      at += 1_000;
      const of = {
        id,
        flag: 'checkout',
        percent,
        controlSample: plan.controlSample,
        requests: REQUESTS,
        fails: second > wellFor ? fails : HEALTHY,
        users: 20_000,
      };
      waiting.push({ sequence: second, part: visits(of, () => dice.next()) });
      const sent = waiting.filter(() => dice.next() < 0.8).sort(() => dice.next() - 0.5);
      const twice = sent.filter(() => dice.next() < 0.2);
      const dies = killEvery > 0 && second % killEvery === 0 ? dice.below(30) : undefined;
      if (dies !== undefined) kills += 1;
      const answer = await server.live({ at, rollout: id, reports: [...sent, ...twice] }, dies);
      if (answer === undefined) continue;
      percent = answer.percent;
      waiting = waiting.filter(({ sequence }) => !answer.taken.includes(sequence));
      if (answer.state === 'reverted' || answer.state === 'completed') ended = second;
    }
    await server.end();
    return { ...(await audit(file, id, at)), ended, kills };
  } finally {
    await server.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the database says after the last kill. */
async function audit(file: string, id: string, at: number) {
  const store = await openSqlite({ file, clock: () => at, log: SILENT });
  try {
    const stored = await store.get('rollout', { ...SCOPE, id });
    if (stored === undefined) throw new Error(`no rollout ${id}`);
    const rollout = stored.entity;
    const log = await store.batches(id);
    const again = summary(replay(rollout, evidenceOf(rollout), log), rollout);
    const pick = ({ mixture, lnM, heaviest, totals }: typeof again) => JSON.stringify({ mixture, lnM, heaviest, totals });
    const same = pick(again) === pick(evidenceOf(rollout));
    const { totals } = evidenceOf(rollout);
    const steps = rollout.timeline.filter(({ event }) => event === 'advanced').map(({ text }) => text);
    const inStage = log.filter(({ state }) => (state as { readonly inStage: boolean }).inStage);
    const erred = inStage.reduce((all, { e1, e0 }) => all + e1 + e0, 0);
    return {
      state: rollout.state,
      differs: same ? 0 : 1,
      doubles: steps.length - new Set(steps).size,
      skipped: rollout.state === 'completed' ? rollout.plan.stages.length - 1 - steps.length : 0,
      // a unit errs once in a rollout: a report that was folded twice would not change this, one batch row twice would
      twice:
        log.length - new Set(log.map(({ seq }) => seq)).size + Math.abs(erred - totals.treatment.errors - totals.control.errors),
    };
  } finally {
    await store.close();
  }
}

const GOOD = planWith({ stages: [5, 25, 50, 75].map((percent) => stage(percent, 'time', 5_000)) });
const STAYS = planWith({ stages: [stage(5, 'manual', 0)] });

export const row14: Row = {
  id: 14,
  title: 'kill −9 every 7 s, duplicate and reordered reports',
  async run(options) {
    const { atMost, shown } = figuresOf('guard', 14);
    const seeds = Math.min(seedsOf(options, 5), options.quick ? 1 : 5);
    const good = await each(seeds, (seed) => life({ plan: GOOD, fails: HEALTHY, seconds: 90, killEvery: 7, wellFor: 30 }, seed));
    const bad = await each(seeds, (seed) => life({ plan: STAYS, fails: BAD, seconds: 90, killEvery: 7, wellFor: 30 }, seed));
    const calm = await each(seeds, (seed) => life({ plan: STAYS, fails: BAD, seconds: 90, killEvery: 0, wellFor: 30 }, seed));
    const all = [...good, ...bad];
    const verdicts =
      good.filter(({ state }) => state !== 'completed').length + bad.filter(({ state }) => state !== 'reverted').length;
    const late = bad.map(({ ended }, i) => ended - (calm[i]?.ended ?? 0));
    const total = (pick: (one: (typeof all)[number]) => number) => sum(all.map(pick));
    return [
      shown({ figure: `in ${all.length} rollouts`, value: total(({ kills }) => kills), unit: 'kills' }),
      atMost(
        { figure: 'evidence that differs from a replay of the log', value: total(({ differs }) => differs), unit: 'rollouts' },
        0,
      ),
      atMost({ figure: 'another verdict than without kills', value: verdicts, unit: 'rollouts' }, 0),
      atMost({ figure: 'counted twice', value: total(({ twice }) => twice), unit: 'rows' }, 0),
      atMost(
        { figure: 'double or skipped advances', value: total(({ doubles, skipped }) => doubles + skipped), unit: 'advances' },
        0,
      ),
      atMost({ figure: 'later than without kills, the latest', value: Math.max(...late), unit: 's' }, 10),
    ];
  },
};
