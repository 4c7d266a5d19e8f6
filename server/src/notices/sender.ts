import { BurgeeError, invalid } from '../domain/errors.ts';
import type { Clock, NoticeSender, Outbound, OutboundAnswer } from '../domain/ports.ts';
import { createMailer } from './mail.ts';
import { mailOf, slackBody, webhookBody } from './render.ts';
import { signed } from './signature.ts';

const TIMEOUT_MS = 10_000;
/** Of an answer nothing but its status is of interest. */
const MAX_BYTES = 64 * 1024;

/** Sends notices: webhooks through the outbound client, mail through the server that BURGEE_SMTP_URL names. */
export function createNoticeSender(options: {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly publicUrl: string;
  readonly mail: { readonly url: string; readonly from: string } | null;
}): NoticeSender {
  const { outbound, clock, publicUrl } = options;
  const mailer = options.mail === null ? null : createMailer({ ...options.mail, outbound });

  async function post(url: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const answer = await outbound.request({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
    });
    demandTaken(answer, url);
  }

  return {
    check(target) {
      if (target.kind !== 'email') outbound.check(target.url);
      else if (mailer === null)
        throw invalid({ field: 'target.kind', message: 'e-mail needs BURGEE_SMTP_URL and BURGEE_MAIL_FROM in the settings' });
    },
    async send({ id, at, notice, route: { target } }) {
      const message = { id, at, notice, url: `${publicUrl}${notice.path}` };
      if (target.kind === 'slack') return post(target.url, slackBody(message));
      if (target.kind === 'webhook') {
        const body = webhookBody(message);
        // the time is that of this attempt: receivers refuse what is older than five minutes
        return post(target.url, body, signed({ id, at: clock(), body }, target.secrets));
      }
      if (mailer === null) throw new BurgeeError('unavailable', 'BURGEE_SMTP_URL is not set');
      return mailer({ id, to: target.to, ...mailOf(message) });
    },
  };
}

function demandTaken({ status }: OutboundAnswer, url: string): void {
  if (status < 200 || status > 299) throw new BurgeeError('unavailable', `${new URL(url).host} answered ${status}`);
}
