import type { Notice } from '../domain/notice/notice.ts';
import { escapeHtml, escapeMrkdwn, oneLine } from './escape.ts';

/** A notice as it is about to be written for somebody; its link is made of encoded parts. */
export interface Message {
  readonly id: string;
  /** When it happened, ms. */
  readonly at: number;
  readonly notice: Notice;
  readonly url: string;
}

/** What a generic webhook gets: JSON, so nothing is escaped; who shows it must. */
export function webhookBody({ id, at, notice, url }: Message): string {
  const { event: type, path: _, ...data } = notice;
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data: { id, ...data, url } });
}

/** Slack's `text`, mrkdwn; servers that speak Slack's format (Mattermost, Rocket.Chat) understand it too. */
export function slackBody({ notice, url }: Message): string {
  return JSON.stringify({
    text: `${escapeMrkdwn(notice.sentence)} <${url.replaceAll('&', '&amp;')}|Open in Burgee>`,
    unfurl_links: false,
  });
}

const SUBJECT = 150;

/** Subject, text and HTML of a mail. */
export function mailOf({ notice, url }: Message): { readonly subject: string; readonly text: string; readonly html: string } {
  const line = oneLine(notice.sentence);
  const [what = line] = line.split('; ');
  return {
    subject: what.length > SUBJECT ? `${what.slice(0, SUBJECT - 1)}…` : what,
    text: `${line}\n\n${url}\n`,
    html: `<p>${escapeHtml(notice.sentence)}</p><p><a href="${escapeHtml(url)}">Open in Burgee</a></p>`,
  };
}
