import { mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readBootstrap } from './bootstrap.ts';
import { applyBootstrap, isEmpty } from './bootstrap-apply.ts';
import { type Config, readConfig } from './config.ts';
import { BurgeeError, type FieldError } from './domain/errors.ts';
import { announcing } from './domain/notice/announce.ts';
import type { Clock, Logger, Store } from './domain/ports.ts';
import { createAttempts } from './http/access/attempts.ts';
import { createPasswords } from './http/access/passwords.ts';
import { sha256 } from './http/access/secrets.ts';
import { createSetupGate } from './http/access/setup-gate.ts';
import { endEvents } from './http/events.ts';
import { stateSubject, surroundings } from './http/flags/state-subject.ts';
import { createApp } from './http/frame/app.ts';
import { listen } from './http/frame/listen.ts';
import { createTelemetry } from './http/frame/prometheus.ts';
import { random } from './http/frame/random.ts';
import { findUi, uiRoutes } from './http/frame/static.ts';
import { createTickets } from './http/ofrep/tickets.ts';
import { routes } from './http/routes.ts';
import { createDiscoveries } from './http/sdk/discoveries.ts';
import { createOverrides } from './http/sdk/overrides.ts';
import { createDelivery } from './http/sdk/publisher.ts';
import { compileRegex } from './http/sdk/regex.ts';
import { createLog } from './log.ts';
import { createMetricReader } from './monitoring/reader.ts';
import { createNotifier } from './notices/notifier.ts';
import { createNoticeSender } from './notices/sender.ts';
import { createOutbound } from './outbound/client.ts';
import { createController } from './rollout/controller.ts';
import { createScheduler } from './schedule/scheduler.ts';
import { openPostgres } from './storage/postgres/open.ts';
import { openSqlite } from './storage/sqlite/open.ts';

const GRACE_MS = 10_000;
const PRUNE_MS = 3_600_000;
const clock: Clock = Date.now;

/** Something that the operator must put right: told in plain lines, without a stack. */
class StartRefused extends Error {}

async function start(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const crash = (error: unknown) => {
    log.error({ err: error }, 'unexpected error, the process ends');
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  const store = announcing(await openStore(config, log));
  try {
    await serve(config, log, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openStore(config: Config, log: Logger): Promise<Store> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 }).catch((cause: Error) => {
    throw new StartRefused(`BURGEE_DATA_DIR: cannot make ${config.dataDir}: ${cause.message}`);
  });
  if (config.databaseUrl !== null) return openPostgres({ url: config.databaseUrl, clock, log });
  return openSqlite({ file: join(config.dataDir, 'burgee.db'), clock, log });
}

async function serve(config: Config, log: Logger, store: Store): Promise<void> {
  const passwords = createPasswords();
  const setup = createSetupGate({ store, clock, random });
  const made = await bootstrap(config, store, log, passwords.hash);

  const delivery = createDelivery({ store, clock, log, regex: compileRegex });
  const discoveries = createDiscoveries({ store, clock, log });
  const overrides = createOverrides({ delivery, file: join(config.dataDir, 'overrides'), log });
  const outbound = createOutbound({ allow: config.outboundAllow });
  const metrics = createMetricReader({ outbound, clock, environment: process.env });
  const notices = createNoticeSender({ outbound, clock, publicUrl: config.publicUrl, mail: config.mail });
  const telemetry = createTelemetry({ burgee_streams: () => delivery.readers() });
  const attempts = createAttempts({ clock });
  const tickets = createTickets({ store, clock, random });
  const deps = {
    config,
    store,
    clock,
    random,
    log,
    delivery,
    discoveries,
    overrides,
    metrics,
    outbound,
    notices,
    telemetry,
    passwords,
    setup,
    attempts,
    tickets,
  };
  const ui = findUi();
  if (ui === null) log.warn({}, 'the admin UI is not built, only the API is served');
  const app = createApp(deps, [...routes, ...uiRoutes(ui)]);

  const listening = await listen(app, config).catch((error: NodeJS.ErrnoException) => {
    const where = `${config.host}:${config.port}`;
    if (error.code === 'EADDRINUSE') throw new StartRefused(`${where} is taken by another program; set BURGEE_PORT`);
    throw new StartRefused(`cannot listen on ${where}: ${error.message}`);
  });
  const database = await store.check();
  // SQLite has one server, which finds its own leases again after a crash; Postgres may have several.
  const owner = database.kind === 'sqlite' ? 'this server' : `${hostname()} ${random(8)}`;
  const controller = createController({ store, metrics, overrides, clock, log, random, owner });
  const notifier = createNotifier({ store, sender: notices, clock, log, luck: Math.random, owner });
  controller.start();
  const scheduler = createScheduler({ store, read: { subject: stateSubject, surroundings }, clock, log });
  notifier.start();
  const pruning = setInterval(() => void prune(store, log), PRUNE_MS);
  scheduler.start();
  log.info({ host: config.host, port: config.port, database: database.kind, durable: database.durable }, 'listening');
  greet(config, made, (await setup.done()) ? null : setup.issue());

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    const force = setTimeout(() => process.exit(1), GRACE_MS + 5_000);
    const closed = listening.close(GRACE_MS);
    endEvents(store);
    await delivery.close();
    await discoveries.close();
    clearInterval(pruning);
    await Promise.all([controller.stop(), notifier.stop(), scheduler.stop()]);
    await closed;
    await outbound.close();
    await store.close();
    clearTimeout(force);
    log.info({}, 'stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal));
}

/** Drops what is past its retention; what fails is tried an hour later. */
async function prune(store: Store, log: Logger): Promise<void> {
  try {
    const dropped = await store.prune(clock());
    if (dropped > 0) log.debug({ dropped }, 'old rows are dropped');
  } catch (error) {
    log.error({ err: error }, 'cannot drop old rows');
  }
}

type Made = readonly { readonly token: string; readonly secret: string }[];

async function bootstrap(
  config: Config,
  store: Store,
  log: Logger,
  hashPassword: (password: string) => Promise<string>,
): Promise<Made> {
  if (config.bootstrap === null) return [];
  if (!(await isEmpty(store))) {
    log.info({ file: config.bootstrap }, 'the database is not empty, the bootstrap file is not applied');
    return [];
  }
  const text = await readFile(config.bootstrap, 'utf8').catch((cause: Error) => {
    throw new StartRefused(`BURGEE_BOOTSTRAP: cannot read ${config.bootstrap}: ${cause.message}`);
  });
  const wanted = readBootstrap(text, process.env, config.bootstrap);
  const made = await applyBootstrap(wanted, { store, clock, random, hashPassword, digest: sha256 });
  log.info({ file: config.bootstrap, applied: made !== null }, 'bootstrap');
  return made ?? [];
}

/** For people; what is secret here is shown this once and is in no log. */
function greet(config: Config, made: Made, setupToken: string | null): void {
  const lines = ['', `  Burgee is running at ${config.publicUrl}`];
  if (setupToken !== null)
    lines.push('', '  First start: make the owner here (good for 30 minutes)', `  ${config.publicUrl}/setup#token=${setupToken}`);
  if (made.length > 0) lines.push('', '  Tokens made from the bootstrap file, shown only now:');
  for (const { token, secret } of made) lines.push(`  ${token}: ${secret}`);
  process.stderr.write(`${lines.join('\n')}\n\n`);
}

/** One line per thing that is wrong. */
function explain(error: unknown): string {
  if (error instanceof StartRefused) return `burgee: ${error.message}`;
  if (!(error instanceof BurgeeError))
    return `burgee: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  const fields = error.details.fields as readonly FieldError[] | undefined;
  if (error.code !== 'invalid' || fields === undefined) return `burgee: ${error.message.replaceAll(/\s+/g, ' ')}`;
  return fields.map(({ field, message }) => `burgee: ${field} ${message}`).join('\n');
}

try {
  await start();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
