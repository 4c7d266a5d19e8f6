/** The whole story against real parts: `npm run demo`, or `npm run demo -- --keep` to look at it afterwards. */
import { openShopPage } from './shop-page.ts';
import { badRelease, goodRelease, killInTheMiddle, type Stage, sameReleaseAgain, sourceOutage } from './stories.ts';
import { Timeline, until } from './timeline.ts';
import { POPULATION, Traffic } from './traffic.ts';
import { createWorld, type World } from './world.ts';

const PER_SECOND = 1_200;
const LIMIT_S = 180;
const keep = process.argv.includes('--keep');

const timeline = new Timeline();
const world = await createWorld();
timeline.say(
  `Burgee on ${world.url} with a new SQLite database, the shop as ${world.shops.length} processes, monitoring by ${world.monitoring.name}`,
);
const traffic = new Traffic(world.shops, PER_SECOND);
const opened = await openShopPage(world.shops[0] ?? 0);
if (typeof opened === 'string') timeline.say(`the shop’s page is not looked at: ${opened}`);
const page = typeof opened === 'string' ? undefined : opened;
const stage: Stage = { world, traffic, timeline, page };
let broke: unknown;
try {
  traffic.start();
  await goodRelease(stage);
  await badRelease(stage);
  await sameReleaseAgain(stage);
  await sourceOutage(stage);
  await killInTheMiddle(stage);
  await summary(traffic);
} catch (error) {
  broke = error;
  console.error(error);
  console.error(world.tails());
}
await traffic.stop();
await page?.close();

const seconds = timeline.seconds();
const failed = broke !== undefined || timeline.failures.length > 0;
console.log(
  failed
    ? `\nIt did not go right: ${timeline.failures.join('; ') || String(broke)}`
    : `\nAll five went right, in ${seconds.toFixed(0)} s.`,
);
if (keep) await stay(world);
await world.close();
process.exit(failed ? 1 : 0);

async function summary(done: Traffic): Promise<void> {
  timeline.title('The traffic');
  await until('100,000 people have come by', () => (done.distinctUsers >= 100_000 ? true : undefined), 60_000).catch(
    () => undefined,
  );
  const rate = done.rate();
  timeline.say(
    `${done.answered} requests answered at ${rate.toFixed(0)}/s, ${done.unanswered} not; ${done.distinctUsers} different users of ${POPULATION}`,
  );
  if (rate < 1_000) timeline.say('this machine could not do 1,000 requests/s');
  timeline.expect('at least 100,000 different users', done.distinctUsers >= 100_000);
  timeline.expect(`less than ${LIMIT_S} s`, timeline.seconds() < LIMIT_S);
}

async function stay({ url, owner }: World): Promise<void> {
  console.log(`\nStill running: ${url}\n  e-mail    ${owner.email}\n  password  ${owner.password}\nCtrl-C ends it.`);
  const alive = setInterval(() => undefined, 60_000);
  await new Promise<void>((done) => {
    process.once('SIGINT', done);
    process.once('SIGTERM', done);
  });
  clearInterval(alive);
}
