import { hash } from './hash.ts';
import type { Settings } from './options.ts';
import { send as ask } from './send.ts';
import type { Item, Plain } from './values.ts';

/** Counts what is read and gathers outcomes of what is being ramped, and sends both. */
export interface Reports {
  /** A flag was read for this context. */
  met(item: Item, context: Plain): void;
  /** To every rollout whose flag was read for this unit. */
  outcome(failed: boolean, durationMs: number): void;
  /** The page belongs to another unit from now on. */
  forget(): void;
  /** Sends what there is; `leaving`, when nobody may be there any more for the answer. */
  flush(leaving?: boolean): void;
}

/** A unit and a rollout whose flag it has read. */
interface Exposure {
  readonly rollout: string;
  readonly unit: string;
  /** When it has to be told, ms; 0 once it is. */
  dueAt: number;
  failed: boolean;
  durationMs: number;
}

/** Nothing to tell of the unit. */
const SETTLED = { dueAt: 0, failed: false, durationMs: 0 };

export function createReports(settings: Settings): Reports {
  // in here and first, so that they are inlined
  /** Who has read a flag and not failed for so long has succeeded. */
  const SUCCESS_MS = 30_000;
  /** Failures are told within so long. */
  const HURRY_MS = 5_000;
  const { now } = Date;
  const { app, platform } = settings;
  const instance = hash([Math.random(), now()]).padEnd(16, '0');
  const counts = new Map<string, { flag: string; rule: string | null; variant: string; count: number }>();
  const exposures = new Map<string, Exposure>();
  let outcomes: object[] = [];
  let sequence = 0;
  let spanFrom = now();
  let unsent = '';
  let notBefore = 0;
  let hurry: ReturnType<typeof setTimeout> | undefined;

  const settle = (leaving?: boolean): void => {
    for (const exposure of exposures.values()) {
      const { dueAt, ...outcome } = exposure;
      if (!dueAt || (!leaving && dueAt > now())) continue;
      outcomes.push(outcome);
      Object.assign(exposure, SETTLED);
    }
  };

  const build = (): string => {
    if (!counts.size && !outcomes.length) return '';
    const report = JSON.stringify({
      schema: 1,
      instance,
      sequence: ++sequence,
      sdk: 'burgee-browser/0.1.0',
      app,
      platform,
      spanMs: Math.abs(now() - spanFrom),
      counts: [...counts.values()],
      outcomes,
    });
    spanFrom = now();
    counts.clear();
    outcomes = [];
    return report;
  };

  const send = async (body: string, keepalive = false): Promise<void> => {
    if (!body) return;
    unsent = body;
    const { status, wait } = await ask(settings, '/sdk/reports', { body, keepalive });
    notBefore = now() + wait;
    // what is wrong with a report does not mend; one that comes twice counts once
    if (unsent === body && status && status < 429) unsent = '';
  };

  const flush = (leaving?: boolean): void => {
    clearTimeout(hurry);
    hurry = undefined;
    settle(leaving);
    if (leaving) {
      void send(unsent, true);
      void send(build(), true);
    } else if (now() >= notBefore) void send(unsent || build());
  };

  return {
    flush,
    met({ key: flag, rule = null, variant = '', metadata: { rollout = '', by = '' } = {} }, context) {
      const name = JSON.stringify([flag, rule, variant]);
      const count = (counts.get(name)?.count ?? 0) + 1;
      if (variant) counts.set(name, { flag, rule, variant, count });
      const unit = String(context[by] ?? '');
      if (rollout && unit && unit.length <= 200 && !exposures.has(rollout))
        exposures.set(rollout, { rollout, unit, ...SETTLED, dueAt: now() + SUCCESS_MS });
    },
    outcome(failed, durationMs) {
      for (const exposure of exposures.values()) {
        exposure.dueAt = 1;
        exposure.failed ||= failed;
        exposure.durationMs = Math.max(durationMs, exposure.durationMs);
      }
      if (failed && exposures.size) hurry ??= setTimeout(flush, HURRY_MS * Math.random());
    },
    forget() {
      settle(true);
      exposures.clear();
    },
  };
}
