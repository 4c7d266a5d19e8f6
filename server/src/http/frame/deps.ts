import type { Config } from '../../config.ts';
import type { Clock, Logger, MetricReader, NoticeSender, Outbound, Overrides, Random, Store } from '../../domain/ports.ts';
import type { Attempts } from '../access/attempts.ts';
import type { Passwords } from '../access/passwords.ts';
import type { SetupGate } from '../access/setup-gate.ts';
import type { Tickets } from '../ofrep/tickets.ts';
import type { Delivery } from '../sdk/delivery.ts';
import type { Discoveries } from '../sdk/discoveries.ts';
import type { Telemetry } from './telemetry.ts';

/** What the handlers work with; made once, in main. */
export interface Deps {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly delivery: Delivery;
  readonly discoveries: Discoveries;
  readonly overrides: Overrides;
  readonly metrics: MetricReader;
  readonly outbound: Outbound;
  readonly notices: NoticeSender;
  readonly telemetry: Telemetry;
  readonly passwords: Passwords;
  readonly setup: SetupGate;
  readonly attempts: Attempts;
  readonly tickets: Tickets;
}
