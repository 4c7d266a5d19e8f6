import { announcing } from '../../../server/src/domain/notice/announce.ts';
import type { NoticeRecord } from '../../../server/src/domain/notice/notice.ts';
import type { Store } from '../../../server/src/domain/ports.ts';
import { createNotifier } from '../../../server/src/notices/notifier.ts';
import { createNoticeSender } from '../../../server/src/notices/sender.ts';
import { noticeOf, routeTo, startTarget } from '../../../server/src/notices/testing.ts';
import { createOutbound } from '../../../server/src/outbound/client.ts';
import { dice, SILENT, type World } from '../../../server/src/rollout/testing.ts';

const ROUTE = 'hook';

/**
 * A world whose notices go to a webhook on loopback, through the real outbox, notifier and sender. The target takes what it is
 * sent, until it is told to hang (it accepts and never answers), to fall (nobody listens) and to rise again.
 */
export async function createNoticed(world: World, seed: number) {
  let target = await startTarget();
  const { port, url } = target;
  const { clock } = world;
  const outbound = createOutbound({ allow: ['127.0.0.1'] });
  const sender = createNoticeSender({ outbound, clock, publicUrl: 'https://flags.example', mail: null });
  const notifier = createNotifier({ store: world.store, sender, clock, log: SILENT, luck: dice(seed), owner: 'one' });
  const route = routeTo(
    { kind: 'webhook', url, secrets: [{ secret: 'whsec_AAAA', until: null }] },
    { project: 'default', key: ROUTE },
  );
  const change = { environments: [], writes: [], audit: [] };
  await world.store.commit({ ...change, writes: [{ put: 'noticeRoute', entity: route, basedOn: null }] });
  let sending: Promise<void> = Promise.resolve();

  /** Begins what is due; whoever wants to know how it went waits for `sent`. */
  function send(): void {
    sending = Promise.all([sending, notifier.tick()]).then(() => undefined);
  }
  async function arrives(count: number): Promise<void> {
    for (let tries = 0; target.posted.length < count; tries++) {
      if (tries > 20_000) throw new Error(`${target.posted.length} of ${count} notices have come`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  return {
    /** The store as a server has it: what is committed through it is told of. */
    told: (store: Store): Store => announcing(store),
    /** The same for a server that tells before it stores: what outboxes are for. */
    tellsFirst: (store: Store): Store => ({
      ...store,
      async commit(one) {
        await sender.send({ id: 'first', at: clock(), notice: noticeOf('checkout'), route }).catch(() => undefined);
        return store.commit(one);
      },
    }),
    send,
    arrives,
    sent: () => sending,
    /** From here on a notice of something else hangs at the target. */
    async hang(): Promise<void> {
      target.status = 0;
      await world.store.commit({ ...change, notices: [noticeOf('other', { project: 'default' })] });
      send();
      await arrives(1);
    },
    /** What hung fails, and so does what is tried from here on. */
    async fall(): Promise<void> {
      await target.close();
      await sending;
    },
    async rise(): Promise<void> {
      target = await startTarget(port);
    },
    /** The notice of this event of a rollout, if it happened. */
    async notice(event: string, rollout: string): Promise<NoticeRecord | undefined> {
      const all = await world.store.notices({ project: 'default', limit: 100 });
      return all.find(({ notice }) => notice.event === event && notice.rollout === rollout);
    },
    /** How often the target, since it rose, has taken a notice of this event. */
    taken: (event: string) => target.posted.filter(({ body }) => (JSON.parse(body) as { type: string }).type === event).length,
    delivery: (record: NoticeRecord | undefined) => record?.deliveries?.[ROUTE],
    async close(): Promise<void> {
      await target.close();
      await sending;
      await outbound.close();
    },
  };
}
export type Noticed = Awaited<ReturnType<typeof createNoticed>>;
