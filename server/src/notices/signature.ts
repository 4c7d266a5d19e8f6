import { createHmac } from 'node:crypto';
import type { NoticeSecret } from '../domain/notice/notice.ts';

/**
 * The headers of a webhook by the Standard Webhooks specification 1.0: id, time (s) and `v1,` + base64 of
 * HMAC-SHA256(`id.timestamp.body`) for each secret that is good now, the newest first, separated by spaces.
 */
export function signed(
  message: { readonly id: string; readonly at: number; readonly body: string },
  secrets: readonly NoticeSecret[],
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(message.at / 1000));
  const good = secrets.filter(({ until }) => until === null || message.at < until);
  const signatures = good.map(({ secret }) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${message.id}.${timestamp}.${message.body}`).digest('base64')}`;
  });
  return { 'webhook-id': message.id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
