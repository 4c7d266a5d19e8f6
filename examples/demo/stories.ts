import type { Recomputed, RolloutView } from '@burgee/server/api';
import type { ShopPage } from './shop-page.ts';
import { type Timeline, until } from './timeline.ts';
import { PAGES, type Page, type Traffic, type Visit } from './traffic.ts';
import type { World } from './world.ts';

const ROLLOUTS = '/api/v1/projects/default/environments/production/rollouts';

/** What the stories share. */
export interface Stage {
  readonly world: World;
  readonly traffic: Traffic;
  readonly timeline: Timeline;
  /** Undefined where there is no browser. */
  readonly page: ShopPage | undefined;
}

interface One {
  readonly rollout: RolloutView;
}

/** Starts a rollout as a pipeline does. */
async function start({ world, timeline }: Stage, page: Page, release: string, plan: string): Promise<RolloutView> {
  const { flag } = PAGES[page];
  const ran = await world.burgee('pipeline', 'rollout', 'start', '--flag', flag, '--release', release, '--plan', plan);
  if (ran.exit !== 0) throw new Error(`rollout start exited ${ran.exit}: ${ran.errors}`);
  const { rollout } = ran.document as One;
  timeline.say(`the pipeline starts ${flag} for release ${release}`);
  return rollout;
}

const wait = ({ world }: Stage, id: string) =>
  world.burgee('pipeline', 'rollout', 'wait', id, '--timeout', '90s', '--pause-grace', '5s');

const look = async ({ world }: Stage, id: string): Promise<RolloutView> =>
  (await world.api<One>('GET', `${ROLLOUTS}/${id}`)).rollout;

/** Says every change of percent and state until `done`; resolves to all percents seen. */
function narrate(stage: Stage, id: string): { stop(): Promise<number[]> } {
  const percents: number[] = [];
  let said = '';
  let going = true;
  const loop = (async () => {
    while (going) {
      const rollout = await look(stage, id);
      if (percents.at(-1) !== rollout.percent) percents.push(rollout.percent);
      const line = `${rollout.percent} %, ${rollout.state}`;
      if (line !== said) stage.timeline.say(`  ${line}${rollout.reason === null ? '' : `: ${rollout.reason.text}`}`);
      said = line;
      await new Promise((done) => setTimeout(done, 150));
    }
  })();
  return {
    async stop() {
      going = false;
      await loop;
      return percents;
    },
  };
}

const atPercent = (stage: Stage, id: string, percent: number): Promise<true> =>
  until(`the rollout is at ${percent} %`, async () => ((await look(stage, id)).percent >= percent ? true : undefined), 60_000);

export async function goodRelease(stage: Stage): Promise<void> {
  const { timeline, traffic } = stage;
  timeline.title('1. A good release goes all the way up');
  traffic.focus('product');
  const { id } = await start(stage, 'product', '2026.11.1', 'demo');
  const narrator = narrate(stage, id);
  const { exit } = await wait(stage, id);
  const percents = await narrator.stop();
  timeline.expect(`rollout wait exits 0 (it exited ${exit})`, exit === 0);
  timeline.expect(
    `the percents were 1, 5, 25, 50, 98, 100 (seen: ${percents.join(', ')})`,
    [1, 5, 25, 50, 98, 100].every((percent) => percents.includes(percent)),
  );
}

export async function badRelease(stage: Stage): Promise<void> {
  const { timeline, traffic, world, page } = stage;
  timeline.title('2. A bad release fails one in ten of its users from the 5 % stage on, and is reverted');
  traffic.focus('checkout');
  if (page) timeline.expect('a page of the shop shows the old checkout', (await page.shows('old')) !== undefined);
  const { id } = await start(stage, 'checkout', '2026.11.2', 'demo');
  const narrator = narrate(stage, id);
  const waiting = wait(stage, id);
  await atPercent(stage, id, 5);
  if (page) timeline.expect('the page shows the new checkout, without a reload', (await page.shows('new')) !== undefined);
  await world.fault('checkout', 0.1);
  const faultAt = Date.now();
  timeline.say('the fault is in the new checkout now');
  const back = page?.shows('old');
  const exposedUsers = new Set<number>();
  let firstBad = 0;
  let lastExposed = 0;
  let errors = 0;
  const recent: Visit[] = [];
  const unwatch = traffic.watch((visit) => {
    if (visit.page !== 'checkout') return;
    recent.push(visit);
    if (!visit.exposed) return;
    exposedUsers.add(visit.user);
    lastExposed = visit.at;
    if (!visit.failed) return;
    errors += 1;
    firstBad ||= visit.at;
  });
  const { exit } = await waiting;
  const rollout = await look(stage, id);
  await until(
    'the shop’s share of the new checkout falls to 0',
    () => {
      const last = recent.filter(({ at }) => at > Date.now() - 1_500);
      return last.length > 500 && last.every((visit) => !visit.exposed) ? true : undefined;
    },
    15_000,
  ).catch(() => undefined);
  unwatch();
  await narrator.stop();
  const last = recent.filter(({ at }) => at > Date.now() - 1_000);
  const share = last.filter((visit) => visit.exposed).length / Math.max(1, last.length);
  timeline.expect(`rollout wait exits 10 (it exited ${exit})`, exit === 10);
  timeline.expect(
    `it was reverted to 0 % (${rollout.state}, ${rollout.percent} %)`,
    rollout.state === 'reverted' && rollout.percent === 0,
  );
  timeline.expect(
    `the new checkout’s share of the shop fell to 0 (${(share * 100).toFixed(1)} % of the last ${last.length} checkouts)`,
    share === 0 && last.length > 0,
  );
  const backAt = await back;
  if (page) {
    const { errors } = page;
    const claim = 'the page shows the old checkout again, without a reload, and nothing went wrong in it';
    timeline.expect(`${claim}${errors.map((error) => ` (${error})`).join('')}`, backAt !== undefined && errors.length === 0);
  }
  const seconds = (from: number, to: number): string => ((to - from) / 1_000).toFixed(1);
  timeline.say(`from the fault to the first bad response: ${seconds(faultAt, firstBad)} s`);
  timeline.say(`from the first bad response to the revert: ${seconds(firstBad, rollout.endedAt ?? firstBad)} s`);
  timeline.say(`from the first bad response to the last exposed request: ${seconds(firstBad, lastExposed)} s`);
  if (backAt !== undefined)
    timeline.say(`from the revert to the old checkout on the page: ${seconds(rollout.endedAt ?? backAt, backAt)} s`);
  timeline.say(`units exposed since the fault: ${exposedUsers.size}; failed requests among them: ${errors}`);
  timeline.say(`evidence: “${rollout.sentence}”`);
  await showEvidence(stage, id);
}

/** The last rows of the batch log as a terminal shows them, and whether a replay comes to the same decision. */
async function showEvidence({ world, timeline }: Stage, id: string): Promise<void> {
  const evidence = await world.burgee('admin', 'rollout', 'evidence', id, '--output', 'text');
  const [head = '', ...rows] = evidence.output.trimEnd().split('\n');
  const last = rows.slice(-4);
  timeline.say(`the batch log, its last ${last.length} of ${rows.length} rows:`);
  for (const line of [head, ...last]) timeline.say(`  ${line}`);
  const replay = await world.burgee('pipeline', 'rollout', 'replay', id);
  const { agrees, batches } = (replay.document ?? {}) as Partial<Recomputed>;
  timeline.expect(
    `a replay of the ${batches} rows comes to the same figures and the same revert: rollout replay exits 0 (it exited ${replay.exit})`,
    agrees === true && replay.exit === 0,
  );
}

export async function sameReleaseAgain(stage: Stage): Promise<void> {
  const { timeline, world } = stage;
  timeline.title('3. The same release starts again, and is refused');
  const ran = await world.burgee(
    'pipeline',
    'rollout',
    'start',
    '--flag',
    PAGES.checkout.flag,
    '--release',
    '2026.11.2',
    '--plan',
    'demo',
  );
  timeline.say(`  ${ran.errors.trim().split('\n').at(-1) ?? ''}`);
  const code = (ran.document as { error?: { code?: string } } | null)?.error?.code;
  timeline.expect(
    `refused with release_latched and exit 10 (${code}, exit ${ran.exit})`,
    code === 'release_latched' && ran.exit === 10,
  );
  await world.fault('checkout', 0);
}

export async function sourceOutage(stage: Stage): Promise<void> {
  const { timeline, traffic, world } = stage;
  const { monitoring } = world;
  timeline.title(`4. ${monitoring.name} goes away in the middle of a healthy rollout: it holds, and goes on when it is back`);
  traffic.focus('cart');
  const { id } = await start(stage, 'cart', '2026.11.3', 'demo-monitored');
  const narrator = narrate(stage, id);
  await atPercent(stage, id, 1);
  // The guard's first window after the start must have been read: the outage is to come in the middle.
  await new Promise((done) => setTimeout(done, 2_000));
  await monitoring.stop();
  timeline.say(`${monitoring.name} is stopped`);
  const held = await until('the rollout holds', async () => {
    const rollout = await look(stage, id);
    return rollout.state === 'holding' && rollout.reason?.code === 'source-unavailable' ? rollout : undefined;
  });
  await new Promise((done) => setTimeout(done, 6_000));
  const later = await look(stage, id);
  timeline.expect(
    `it holds at ${held.percent} % and does not advance (${later.state} at ${later.percent} % 6 s later)`,
    later.percent === held.percent && later.state === 'holding',
  );
  await monitoring.start();
  timeline.say(`${monitoring.name} is back`);
  const { exit } = await wait(stage, id);
  const percents = await narrator.stop();
  timeline.expect(
    `it goes on and completes: rollout wait exits 0 (it exited ${exit}, percents ${percents.join(', ')})`,
    exit === 0,
  );
}

export async function killInTheMiddle(stage: Stage): Promise<void> {
  const { timeline, traffic, world } = stage;
  timeline.title('5. A flag is killed in the middle of a rollout');
  traffic.focus('search');
  const { id } = await start(stage, 'search', '2026.11.4', 'demo');
  const narrator = narrate(stage, id);
  await atPercent(stage, id, 25);
  const lastExposed = world.shops.map(() => 0);
  let exposed = 0;
  const unwatch = traffic.watch((visit) => {
    if (visit.page !== 'search' || !visit.exposed) return;
    lastExposed[visit.shop] = visit.at;
    exposed += 1;
  });
  await until('people see the new search in every process', () => (lastExposed.every((at) => at > 0) ? true : undefined));
  const ran = await world.burgee('admin', 'flags', 'kill', PAGES.search.flag, '--reason', 'the demo says so');
  const killedAt = (ran.document as { state?: { killed?: { at: number } } } | null)?.state?.killed?.at ?? 0;
  await new Promise((done) => setTimeout(done, 2_000));
  unwatch();
  const { exit } = await wait(stage, id);
  await narrator.stop();
  timeline.say(`  ${exposed} answers with the new search were seen before`);
  timeline.expect(`flags kill exits 0 (it exited ${ran.exit})`, ran.exit === 0);
  lastExposed.forEach((at, shop) => {
    const ms = Math.max(0, at - killedAt);
    timeline.expect(
      `shop process ${shop + 1}: the last answer with the new search came ${ms} ms after the kill`,
      killedAt > 0 && ms < 1_000,
    );
  });
  timeline.expect(`the rollout was aborted: rollout wait exits 10 (it exited ${exit})`, exit === 10);
}
