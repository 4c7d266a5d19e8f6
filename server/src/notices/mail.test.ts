import { afterEach, describe, expect, it } from 'vitest';
import type { NoticeSender } from '../domain/ports.ts';
import { createOutbound } from '../outbound/client.ts';
import { createNoticeSender } from './sender.ts';
import { noticeOf, routeTo, startMailServer } from './testing.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Login = { readonly user: string; readonly pass: string };
async function start({ login, allow = ['127.0.0.1'], as = '' }: { login?: Login; allow?: string[]; as?: string } = {}) {
  const server = await startMailServer(login);
  const outbound = createOutbound({ allow });
  closing.push(
    () => server.close(),
    () => outbound.close(),
  );
  const mail = { url: `smtp://${as}127.0.0.1:${server.port}`, from: 'flags@example.com' };
  const sender = createNoticeSender({ outbound, clock: () => 0, publicUrl: 'https://flags.example', mail });
  return { server, sender };
}
const send = (sender: NoticeSender, flag = 'checkout') =>
  sender.send({
    id: 'notice_1',
    at: 0,
    notice: noticeOf(flag),
    route: routeTo({ kind: 'email', to: ['ada@example.com', 'bob@example.com'] }),
  });

describe('notices by mail', () => {
  it('say it in a sentence, with the link, to everybody', async () => {
    const { server, sender } = await start();
    await send(sender);
    const [mail] = server.mails;
    expect(mail).toMatchObject({ from: 'flags@example.com', to: ['ada@example.com', 'bob@example.com'] });
    expect(mail?.text).toContain('Subject: Ada killed checkout in live: it burns');
    expect(mail?.text).toContain('Message-ID: <notice_1@example.com>');
    expect(mail?.text).toContain('https://flags.example/projects/shop/flags/checkout');
  });

  it('carry no header and no tag that a name brings along', async () => {
    const { server, sender } = await start();
    await send(sender, 'x\r\nBcc: eve@evil.example\r\n\r\n<script>alert(1)</script>');
    const [mail] = server.mails;
    expect(mail?.to).toHaveLength(2);
    const [head = '', ...rest] = (mail?.text ?? '').split('\r\n\r\n');
    expect(head).not.toMatch(/^bcc:/im);
    expect(rest.join('')).toContain('&#60;script&#62;');
    const html = rest.join('\n').split('text/html')[1] ?? '';
    expect(html).not.toContain('<script');
  });

  it('fail as unavailable where the server refuses, and say with what', async () => {
    const { server, sender } = await start();
    server.state.refuse = true;
    await expect(send(sender)).rejects.toMatchObject({ code: 'unavailable', message: '127.0.0.1: it answered 450' });
  });

  it('fail as unavailable where nobody listens', async () => {
    const { server, sender } = await start();
    await server.close();
    await expect(send(sender)).rejects.toMatchObject({ code: 'unavailable', message: '127.0.0.1: ESOCKET' });
  });

  it('are handed in at no address that is not allowed', async () => {
    const { server, sender } = await start({ allow: [] });
    await expect(send(sender)).rejects.toMatchObject({ code: 'source_refused' });
    expect(server.mails).toEqual([]);
    const outbound = createOutbound({ allow: ['169.254.0.0/16'] });
    closing.push(() => outbound.close());
    await expect(outbound.resolve({ host: '169.254.169.254', port: 25, timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'source_refused',
    });
    const byName = createOutbound({ allow: [], resolve: (_, done) => done(null, [{ address: '10.0.0.1', family: 4 }]) });
    await expect(byName.resolve({ host: 'mail.example', port: 587, timeoutMs: 1_000 })).rejects.toThrow('private');
    await expect(byName.resolve({ host: 'mail.example', port: 8025, timeoutMs: 1_000 })).rejects.toThrow('port 8025');
  });

  it('give no password away without encryption', async () => {
    const login = { user: 'u', pass: 'secret' };
    const { server, sender } = await start({ login, as: 'u:secret@' });
    // its certificate is nobody's: the connection ends before the password is said
    await expect(send(sender)).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.mails).toEqual([]);
  });

  it('cannot be chosen without a mail server', () => {
    const outbound = createOutbound({ allow: [] });
    closing.push(() => outbound.close());
    const sender = createNoticeSender({ outbound, clock: () => 0, publicUrl: 'https://flags.example', mail: null });
    expect(() => sender.check({ kind: 'email', to: ['a@b.c'] })).toThrow('BURGEE_SMTP_URL');
  });
});
