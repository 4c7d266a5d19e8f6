import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import { BurgeeError } from '../domain/errors.ts';
import type { Outbound } from '../domain/ports.ts';

export interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Becomes the Message-ID, so that a repetition is known. */
  readonly id: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Hands mail in at `url` (`smtp://`, `smtps://`, with user and password or without). The address is judged as every other that
 * is asked: public, or in BURGEE_OUTBOUND_ALLOW. Where there is a password, smtp:// demands STARTTLS. Throws `source_refused`
 * and `unavailable`.
 */
export function createMailer({ url, from, outbound }: { url: string; from: string; outbound: Outbound }) {
  const { hostname, port: written, protocol, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const port = written === '' ? (secure ? 465 : 587) : Number(written);
  const host = hostname.replace(/^\[|\]$/g, '');
  const auth = username === '' ? undefined : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };

  return async (mail: Mail): Promise<void> => {
    const address = await outbound.resolve({ host, port, timeoutMs: TIMEOUT_MS });
    const transport = createTransport({
      host: address,
      port,
      secure,
      requireTLS: auth !== undefined,
      ...(isIP(host) === 0 && { tls: { servername: host } }),
      ...(auth && { auth }),
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      const { to, subject, text, html, id } = mail;
      const domain = from.slice(from.indexOf('@') + 1);
      await transport.sendMail({ from, to: [...to], subject, text, html, messageId: `<${id}@${domain}>` });
    } catch (error) {
      const code = (error as { responseCode?: unknown }).responseCode;
      const reason = typeof code === 'number' ? `it answered ${code}` : reasonOf(error);
      throw new BurgeeError('unavailable', `${host}: ${reason}`, {}, error);
    } finally {
      transport.close();
    }
  };
}

function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : 'the mail was not taken';
}
