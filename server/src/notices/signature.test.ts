import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rotateSecret } from '../domain/notice/notice-route-decisions.ts';
import { createOutbound } from '../outbound/client.ts';
import { createNoticeSender } from './sender.ts';
import { createReceiver, noticeOf, type Posted, routeTo, startTarget } from './testing.ts';

const OLD = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const NEW = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const DAY = 86_400_000;
const by = { actor: { kind: 'user', id: 'u1', name: 'Ada' } as const, at: 1_800_000_000_000 };

let target: Awaited<ReturnType<typeof startTarget>>;
const outbound = createOutbound({ allow: ['127.0.0.1'] });
let now = by.at;
const clock = () => now;
const sender = createNoticeSender({ outbound, clock, publicUrl: 'https://flags.example', mail: null });
const before = () => routeTo({ kind: 'webhook', url: target.url, secrets: [{ secret: OLD, until: null }] });
const rotated = () => rotateSecret({ version: 1, entity: before() }, NEW, by).route;

beforeAll(async () => {
  target = await startTarget();
});
afterAll(async () => {
  await target.close();
  await outbound.close();
});

let sends = 0;
/** Sends one and gives what came over the wire. */
async function wire(route = before()): Promise<Posted> {
  await sender.send({ id: `notice_${++sends}`, at: by.at, notice: noticeOf('checkout'), route });
  return target.posted.at(-1) as Posted;
}

describe('a receiver of webhooks', () => {
  it('takes what is signed, and reads in it what happened', async () => {
    const { headers, body } = await wire();
    expect(createReceiver([OLD], clock)(headers, body)).toBe('taken');
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toEqual({
      type: 'flag.killed',
      timestamp: '2027-01-15T08:00:00.000Z',
      data: {
        ...{ id: `notice_${sends}`, project: 'shop', environment: 'live', flag: 'checkout', rollout: null },
        sentence: 'Ada killed checkout in live: it burns; everyone gets “off” until a person restores it.',
        url: 'https://flags.example/projects/shop/flags/checkout',
      },
    });
  });

  it('refuses a body that was changed on the way', async () => {
    const { headers, body } = await wire();
    expect(createReceiver([OLD], clock)(headers, body.replace('killed', 'praised'))).toBe('forged');
  });

  it('refuses a signature by somebody else', async () => {
    const { headers, body } = await wire();
    expect(createReceiver([NEW], clock)(headers, body)).toBe('forged');
    expect(createReceiver([OLD], clock)({ ...headers, 'webhook-signature': 'v1,' }, body)).toBe('forged');
  });

  it('refuses the same message twice', async () => {
    const { headers, body } = await wire();
    const receive = createReceiver([OLD], clock);
    expect([receive(headers, body), receive(headers, body)]).toEqual(['taken', 'seen before']);
  });

  it('refuses a message that was kept and sent later, whatever time it claims', async () => {
    const { headers, body } = await wire();
    const later = createReceiver([OLD], () => now + 301_000);
    expect(later(headers, body)).toBe('too old');
    expect(later({ ...headers, 'webhook-timestamp': String((now + 301_000) / 1000) }, body)).toBe('forged');
  });

  it('refuses another id under the same signature', async () => {
    const { headers, body } = await wire();
    expect(createReceiver([OLD], clock)({ ...headers, 'webhook-id': 'notice_another' }, body)).toBe('forged');
  });

  it('takes what is signed while a secret is changed, with the old one and with the new one', async () => {
    const { headers, body } = await wire(rotated());
    expect(createReceiver([OLD], clock)(headers, body)).toBe('taken');
    expect(createReceiver([NEW], clock)(headers, body)).toBe('taken');
    expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
  });

  it('refuses the old secret a day after it was changed', async () => {
    now += DAY;
    const { headers, body } = await wire(rotated());
    expect(createReceiver([OLD], clock)(headers, body)).toBe('forged');
    expect(createReceiver([NEW], clock)(headers, body)).toBe('taken');
    now = by.at;
  });
});
