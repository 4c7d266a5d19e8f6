import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { BurgeeError, type FieldError } from './domain/errors.ts';

function mistakes(env: Record<string, string>): readonly FieldError[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof BurgeeError) return error.details.fields as FieldError[];
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('has an answer for everything', () => {
    expect(readConfig({ PATH: '/bin' })).toEqual({
      port: 4400,
      host: '127.0.0.1',
      dataDir: './data',
      databaseUrl: null,
      publicUrl: 'http://localhost:4400',
      trustedProxies: [],
      outboundAllow: [],
      mail: null,
      bootstrap: null,
      logLevel: 'info',
    });
  });

  it('reads what is set; an empty setting is none', () => {
    const env = {
      BURGEE_PORT: '80',
      BURGEE_HOST: '::',
      BURGEE_DATA_DIR: '/var/lib/burgee',
      BURGEE_DATABASE_URL: 'postgres://u:p@db:5432/burgee?sslmode=require',
      BURGEE_PUBLIC_URL: 'https://flags.example/',
      BURGEE_TRUSTED_PROXIES: '10.0.0.1, 10.1.0.0/16,::1',
      BURGEE_OUTBOUND_ALLOW: 'prom.internal:9090, 10.0.3.0/24, [::1]:80, localhost',
      BURGEE_SMTP_URL: 'smtps://u:p@mail.example',
      BURGEE_MAIL_FROM: 'flags@example.com',
      BURGEE_BOOTSTRAP: 'bootstrap.yaml',
      BURGEE_LOG_LEVEL: '',
      BURGEE_TOKEN: 'of the command line tool',
    };
    expect(readConfig(env)).toEqual({
      port: 80,
      host: '::',
      dataDir: '/var/lib/burgee',
      databaseUrl: 'postgres://u:p@db:5432/burgee?sslmode=require',
      publicUrl: 'https://flags.example',
      trustedProxies: ['10.0.0.1', '10.1.0.0/16', '::1'],
      outboundAllow: ['prom.internal:9090', '10.0.3.0/24', '[::1]:80', 'localhost'],
      mail: { url: 'smtps://u:p@mail.example', from: 'flags@example.com' },
      bootstrap: 'bootstrap.yaml',
      logLevel: 'info',
    });
    expect(readConfig({ BURGEE_PORT: '5000' }).publicUrl).toBe('http://localhost:5000');
  });

  it.each([
    ['BURGEE_PORT', '0'],
    ['BURGEE_PORT', '65536'],
    ['BURGEE_PORT', '44 00'],
    ['BURGEE_PORT', '0x50'],
    ['BURGEE_HOST', 'http://localhost'],
    ['BURGEE_HOST', '127.1'],
    ['BURGEE_HOST', 'localhost:80'],
    ['BURGEE_DATABASE_URL', 'mysql://db/burgee'],
    ['BURGEE_DATABASE_URL', 'postgres://'],
    ['BURGEE_PUBLIC_URL', 'flags.example'],
    ['BURGEE_PUBLIC_URL', 'http://flags.example'],
    ['BURGEE_PUBLIC_URL', 'https://flags.example/burgee'],
    ['BURGEE_PUBLIC_URL', 'https://user:pw@flags.example'],
    ['BURGEE_PUBLIC_URL', 'https://flags.example?x'],
    ['BURGEE_TRUSTED_PROXIES', 'proxy.internal'],
    ['BURGEE_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['BURGEE_TRUSTED_PROXIES', '10.0.0.1,,10.0.0.2'],
    ['BURGEE_OUTBOUND_ALLOW', 'http://prom:9090'],
    ['BURGEE_OUTBOUND_ALLOW', 'prom:99999'],
    ['BURGEE_OUTBOUND_ALLOW', 'prom/24'],
    ['BURGEE_SMTP_URL', 'mail.example:25'],
    ['BURGEE_SMTP_URL', 'smtp://'],
    ['BURGEE_SMTP_URL', 'smtp://mail.example/?tls=no'],
    ['BURGEE_MAIL_FROM', 'Flags <flags@example.com>'],
    ['BURGEE_LOG_LEVEL', 'verbose'],
    ['BURGEE_COLOUR', 'red'],
  ])('refuses %s=%s', (name, value) => {
    expect(mistakes({ [name]: value }).map(({ field }) => field)).toEqual([name]);
  });

  it('wants to know who mail comes from, once it can be sent', () => {
    expect(mistakes({ BURGEE_SMTP_URL: 'smtp://mail.example' }).map(({ field }) => field)).toEqual(['BURGEE_MAIL_FROM']);
  });

  it('leaves secrets that metric sources name to them', () => {
    expect(readConfig({ BURGEE_SECRET_PROMETHEUS: 'Bearer x' }).port).toBe(4400);
  });

  it('names all mistakes at once, suggests the nearest setting, repeats no password', () => {
    const found = mistakes({
      BURGEE_PROT: '1',
      BURGEE_PORT: 'x',
      BURGEE_DATABASE_URL: 'mysql://root:hunter2@db',
      BURGEE_LOGLEVEL: 'x',
    });
    expect(found.map(({ field }) => field).sort()).toEqual([
      'BURGEE_DATABASE_URL',
      'BURGEE_LOGLEVEL',
      'BURGEE_PORT',
      'BURGEE_PROT',
    ]);
    expect(found.find(({ field }) => field === 'BURGEE_PROT')?.message).toContain('did you mean BURGEE_PORT?');
    expect(found.find(({ field }) => field === 'BURGEE_LOGLEVEL')?.message).toContain('did you mean BURGEE_LOG_LEVEL?');
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});
