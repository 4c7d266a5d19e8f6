import type { Change, Stored, UnfoldedReport } from '../domain/ports.ts';
import type { Rollout } from '../domain/rollout/rollout.ts';
import { BURGEE } from '../domain/rollout/rollout-transitions.ts';
import { isConflict } from './conflict.ts';
import type { Parts } from './parts.ts';

/** A revert is taken for done when exposures are seen to end; after this long its mark goes in any case, ms. */
const CONFIRM_MS = 600_000;
/** Exposures that still begin so long after the revert: it is sent again, and somebody is told. */
const LATE_MS = 60_000;
const REPORTS = 2_000;

interface Watched {
  readonly project: string;
  readonly environment: string;
  readonly since: number;
  heardAt: number | null;
  treatedAt: number | null;
  shouted: boolean;
}

/** Watches what SDKs report after a revert. */
export function createConfirmations(parts: Parts) {
  const { store, clock, log } = parts;
  const watched = new Map<string, Watched>();

  async function look(id: string, watch: Watched): Promise<void> {
    const { project, environment } = watch;
    const stored = await store.get('rollout', { project, environment, id });
    if (stored === undefined || stored.entity.state !== 'reverted' || stored.entity.confirmedAt !== null) {
      watched.delete(id);
      return;
    }
    const { entity: rollout } = stored;
    const reports = await store.unfolded(id, REPORTS);
    const revertedAt = rollout.endedAt ?? watch.since;
    for (const report of reports) {
      // a browser's arm is worked out from the percent: that says nothing of what it shows
      if (report.client || report.receivedAt <= revertedAt) continue;
      watch.heardAt = Math.max(watch.heardAt ?? 0, report.receivedAt);
      if (isTreated(report, rollout.percent)) watch.treatedAt = Math.max(watch.treatedAt ?? 0, report.receivedAt);
    }
    const change = verdict(stored, watch, { at: clock(), revertedAt });
    if (change === null && reports.length === 0) return;
    await store.commit({
      ...(change ?? { environments: [], writes: [], audit: [] }),
      fold: { reports: reports.map((report) => report.id), batches: [] },
    });
    if (change?.writes.some((write) => 'put' in write && write.put === 'rollout' && write.entity.confirmedAt !== null)) {
      watched.delete(id);
    }
  }

  function verdict(stored: Stored<Rollout>, watch: Watched, now: { at: number; revertedAt: number }): Change | null {
    const { at, revertedAt } = now;
    const quiet = Math.max(3 * stored.entity.plan.flushMs, 5_000);
    const silentSince = Math.max(watch.treatedAt ?? 0, revertedAt, watch.since);
    if (watch.heardAt !== null && at - silentSince >= quiet) {
      return changed(stored, at, 'confirmed', 'Confirmed: no application serves the new version any more.', at);
    }
    if (at - revertedAt >= CONFIRM_MS) {
      const unheard = 'No application has reported for ten minutes: the end of the exposures was not seen.';
      const late = 'Exposures were still reported ten minutes after the revert; look for applications that are cut off.';
      return changed(stored, at, 'unconfirmed', watch.treatedAt === null ? unheard : late, at);
    }
    const late = watch.treatedAt !== null && watch.treatedAt - revertedAt > LATE_MS + stored.entity.plan.openMs;
    if (!late || watch.shouted) return null;
    watch.shouted = true;
    log.error({ rollout: stored.entity.id }, 'exposures go on after the revert; it is sent again');
    return changed(stored, at, 'late', 'Exposures go on after the revert; it is sent to every application again.', null);
  }

  return {
    watch({ id, project, environment }: Pick<Rollout, 'id' | 'project' | 'environment'>): void {
      if (watched.has(id)) return;
      watched.set(id, { project, environment, since: clock(), heardAt: null, treatedAt: null, shouted: false });
    },
    async tick(): Promise<void> {
      for (const [id, watch] of watched) {
        await look(id, watch).catch((error: unknown) => {
          if (!isConflict(error)) log.error({ err: error, rollout: id }, 'cannot confirm a revert');
        });
      }
    },
  };
}

function isTreated({ part }: UnfoldedReport, percent: number): boolean {
  return part.arms.some((arm) => arm.arm === 'treatment' && arm.percent > percent && arm.opened + arm.closed + arm.failed !== '');
}

/** The rollout with one more line in its timeline; SDKs get a new revision. */
function changed(
  { entity, version }: Stored<Rollout>,
  at: number,
  event: string,
  text: string,
  confirmedAt: number | null,
): Change {
  const scope = { project: entity.project, environment: entity.environment };
  const timeline = [...entity.timeline, { at, event, text, actor: BURGEE.name }];
  return {
    environments: [scope],
    writes: [{ put: 'rollout', entity: { ...entity, confirmedAt, timeline }, basedOn: version }],
    audit: [
      {
        ...scope,
        actor: BURGEE,
        action: `rollout.${event}`,
        object: `rollout/${entity.id}`,
        summary: `${entity.flag}: ${text}`,
        before: null,
        after: null,
        reason: null,
      },
    ],
  };
}
