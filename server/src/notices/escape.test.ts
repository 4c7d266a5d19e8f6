import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escapeHtml, escapeMrkdwn } from './escape.ts';
import { mailOf, slackBody, webhookBody } from './render.ts';
import { noticeOf } from './testing.ts';

const TAGS = ['script', 'img src=x onerror=alert(1)', 'svg/onload=alert(1)', 'iframe src=javascript:alert(1)', 'a href=//evil'];
/** Fifty names that somebody gave to a flag in the hope that they come alive where a notice is read. */
const NAMES: readonly string[] = [
  ...TAGS.flatMap((tag) => [`<${tag}>`, `"><${tag}>`, `'><${tag}>`, `</p><${tag}>`, `&lt;${tag}&gt;<${tag}>`]),
  ...['<!channel>', '<!here>', '<!everyone>', '<!subteam^S1>', '<@U123>', '<#C123>', '@channel', '@here', '@everyone'],
  ...['<http://evil|Open in Burgee>', '|http://evil>', '<mailto:x@evil|you>', '*bold*', '_it_', '~gone~', '`code`', '```x```'],
  ...[
    'a\r\nBcc: eve@evil',
    'a\nSubject: free',
    'a\u2028b',
    'a\0b',
    '\u202egpj.exe',
    `$`.concat('{7*7}'),
    '{{7*7}}',
    "x' onmouseover='y",
  ],
];
const message = (flag: string) => ({
  id: 'n1',
  at: 0,
  notice: noticeOf(flag),
  url: `https://f.example/projects/shop/flags/${encodeURIComponent(flag)}`,
});

describe('names in notices', () => {
  let count = 0;
  beforeAll(() => {
    count = new Set(NAMES).size;
  });
  afterAll(() => expect(count).toBe(50));

  it.each(NAMES)('stay names in HTML: %j', (name) => {
    const { html } = mailOf(message(name));
    expect(html.replace(/^<p>([^<>]*)<\/p><p><a href="([^<>"]*)">Open in Burgee<\/a><\/p>$/, '')).toBe('');
  });

  it.each(NAMES)('stay names in Slack: %j', (name) => {
    const { text } = JSON.parse(slackBody(message(name))) as { text: string };
    // one link, ours, and nothing else that Slack gives a meaning
    expect(text.match(/<[^>]*>/g)).toEqual([expect.stringMatching(/^<https:\/\/f\.example\/[^|<>]*\|Open in Burgee>$/)]);
    const said = text.replace(/<[^>]*>$/, '');
    expect(said).not.toMatch(/[<>]|[*_~`|@](?!\u2060)/);
    expect(said).not.toMatch(/[\r\n\0\u2028\u202e]/);
  });

  it.each(NAMES)('stay on their line in a subject: %j', (name) => {
    const { subject, text } = mailOf(message(name));
    expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
    expect(text.trim().split('\n')).toHaveLength(3);
  });

  it.each(NAMES)('come through a webhook as they are: %j', (name) => {
    expect((JSON.parse(webhookBody(message(name))) as { data: { flag: string } }).data.flag).toBe(name);
  });

  it('would come alive if they were not escaped (the control)', () => {
    const raw = NAMES.filter((name) => /[<>*_~`|@"'\p{Cc}\u2028\u202e]/u.test(name));
    expect(raw.length).toBeGreaterThanOrEqual(48);
    expect(escapeHtml('<b a="1">&\'')).toBe('&#60;b a&#61;&#34;1&#34;&#62;&#38;&#39;');
    expect(escapeMrkdwn('<a> & *b*')).toBe('&lt;a&gt; &amp; *\u2060b*\u2060');
  });
});
