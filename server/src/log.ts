import { pino } from 'pino';
import type { Config } from './config.ts';
import type { Logger } from './domain/ports.ts';

/** Names under which a secret or a person's data might come along by mistake. */
const NEVER = [
  'password',
  'passwordHash',
  'secret',
  'token',
  'hash',
  'cookie',
  'authorization',
  'headers',
  'body',
  'context',
  'databaseUrl',
];

/** JSON lines on stdout, written before the call returns, so that the last words of a crash are there too. */
export function createLog(level: Config['logLevel']): Logger {
  return pino({
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: NEVER.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  });
}
