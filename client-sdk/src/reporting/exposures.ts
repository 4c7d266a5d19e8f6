import {
  type Arm,
  type ArmReport,
  encodeHashes,
  type Ramp,
  type RolloutReport,
  sampled,
  type UnitHash,
  unitHasher,
  unitKey,
} from '@burgee/engine';

/** How a unit of work ended. */
export interface Outcome {
  readonly failed: boolean;
  readonly durationMs: number;
}

/** One unit of work: a request or a job. What it meets stays open until `end`. */
export interface Scope {
  /** Monotonic, ms. */
  readonly startedAt: number;
  readonly open: Set<Exposure>;
  ended: boolean;
  /** Asked when the work is overdue and nobody said how it ended: its outcome, if it ended unnoticed. */
  late?: () => boolean | undefined;
}

/** One unit that met one arm inside one scope. */
export interface Exposure {
  readonly group: Group;
  readonly hash: UnitHash;
  readonly key: number;
  readonly sampled: boolean;
  readonly openedAt: number;
  readonly scope: Scope;
  announced: boolean;
}

/** What accumulates for one arm at one percent of one rollout. */
interface Group {
  readonly rollout: Tracked;
  readonly arm: Arm;
  readonly percent: number;
  readonly closed: Map<number, UnitHash>;
  readonly failed: Map<number, UnitHash>;
  readonly slow: readonly Map<number, UnitHash>[];
}

interface Met {
  readonly group: Group;
  readonly hash: UnitHash;
  readonly at: number;
}

interface Tracked {
  ramp: Ramp;
  readonly hashOf: (unit: string) => UnitHash;
  readonly groups: Map<string, Group>;
  readonly open: Set<Exposure>;
  /** By unit, oldest first: where an outcome given by hand goes. */
  readonly recent: Map<string, Met>;
  fastUntil: number;
  unattributed: number;
  active: boolean;
}

const RECENT_MS = 30_000;
const MOST_RECENT = 20_000;
const FAST_MS = 30_000;
/** Units kept per rollout while reports cannot be delivered: about 10 MB. */
const MOST_UNITS = 100_000;

/** Attributes outcomes to the arms that units met (at-risk counting needs units, never requests). */
export interface Exposures {
  /** The rules that are being ramped now; `now` is monotonic. */
  ramps(ramps: readonly Ramp[], now: number): void;
  /** A unit met a ramped rule. True when its opening is to be reported at once. */
  meet(met: { ramp: Ramp; arm: Arm; percent: number; unit: string; scope: Scope | undefined; now: number }): boolean;
  end(scope: Scope, outcome: Outcome): void;
  /** An outcome by hand; `unitOf` names the unit of a rollout, undefined where the context has none. */
  outcome(unitOf: (rollout: string) => string | undefined, outcome: Outcome, now: number): void;
  /** How often to report, ms; undefined while nothing is ramped. */
  flushMs(): number | undefined;
  /** Closes what is overdue and takes at most `limit` units out; `more` when some stayed. */
  take(now: number, limit: number): { readonly rollouts: RolloutReport[]; readonly units: number; readonly more: boolean };
  /** Units dropped because too many waited for a report. */
  dropped(): number;
}

export function createExposures(): Exposures {
  const tracked = new Map<string, Tracked>();
  let dropped = 0;

  const track = (ramp: Ramp, now: number): Tracked => {
    const known = tracked.get(ramp.rollout);
    if (known !== undefined) {
      if (known.ramp.changedAt !== ramp.changedAt) known.fastUntil = now + FAST_MS;
      known.ramp = ramp;
      known.active = true;
      return known;
    }
    const fresh: Tracked = {
      ramp,
      hashOf: unitHasher(ramp.rollout),
      groups: new Map(),
      open: new Set(),
      recent: new Map(),
      fastUntil: now + FAST_MS,
      unattributed: 0,
      active: true,
    };
    tracked.set(ramp.rollout, fresh);
    return fresh;
  };

  const groupOf = (rollout: Tracked, arm: Arm, percent: number): Group => {
    const name = `${arm} ${percent}`;
    const known = rollout.groups.get(name);
    if (known !== undefined) return known;
    const slow = rollout.ramp.cutoffsMs.map(() => new Map<number, UnitHash>());
    const group: Group = { rollout, arm, percent, closed: new Map(), failed: new Map(), slow };
    rollout.groups.set(name, group);
    return group;
  };

  const add = (to: Map<number, UnitHash>, key: number, hash: UnitHash): void => {
    if (to.size < MOST_UNITS || to.has(key)) to.set(key, hash);
    else dropped++;
  };

  const close = (group: Group, hash: UnitHash, { failed, durationMs }: Outcome): void => {
    const key = unitKey(hash);
    const counts = group.arm === 'treatment' || sampled(hash, group.rollout.ramp.controlSample);
    if (failed) add(group.failed, key, hash);
    if (!counts) return;
    add(group.closed, key, hash);
    group.rollout.ramp.cutoffsMs.forEach((cutoff, i) => {
      const slow = group.slow[i];
      if (durationMs > cutoff && slow !== undefined) add(slow, key, hash);
    });
  };

  const closeOverdue = (rollout: Tracked, now: number): void => {
    for (const exposure of rollout.open) {
      if (now - exposure.openedAt < rollout.ramp.openMs) break;
      rollout.open.delete(exposure);
      exposure.scope.open.delete(exposure);
      close(exposure.group, exposure.hash, {
        failed: exposure.scope.late?.() ?? true,
        durationMs: now - exposure.scope.startedAt,
      });
    }
    for (const [unit, met] of rollout.recent) {
      if (now - met.at < RECENT_MS) break;
      rollout.recent.delete(unit);
    }
  };

  return {
    ramps(ramps, now) {
      for (const rollout of tracked.values()) rollout.active = false;
      for (const ramp of ramps) track(ramp, now);
    },
    meet({ ramp, arm, percent, unit, scope, now }) {
      const rollout = tracked.get(ramp.rollout) ?? track(ramp, now);
      const group = groupOf(rollout, arm, percent);
      const hash = rollout.hashOf(unit);
      rollout.recent.delete(unit);
      rollout.recent.set(unit, { group, hash, at: now });
      // reports that cannot be delivered are not taken, for hours perhaps
      if (rollout.recent.size > MOST_RECENT) forgetOldest(rollout.recent);
      if (rollout.open.size >= MOST_UNITS) closeOverdue(rollout, now);
      if (scope === undefined || scope.ended) return false;
      const key = unitKey(hash);
      if (rollout.open.size >= MOST_UNITS) {
        dropped++;
        return false;
      }
      for (const open of scope.open)
        if (open.key === key && open.group.rollout === rollout && open.group.arm === arm) return false;
      const inSample = arm === 'treatment' || sampled(hash, ramp.controlSample);
      const exposure: Exposure = { group, hash, key, sampled: inSample, openedAt: now, scope, announced: false };
      scope.open.add(exposure);
      rollout.open.add(exposure);
      return inSample && now < rollout.fastUntil;
    },
    end(scope, outcome) {
      if (scope.ended) return;
      scope.ended = true;
      for (const exposure of scope.open) {
        exposure.group.rollout.open.delete(exposure);
        close(exposure.group, exposure.hash, outcome);
      }
      scope.open.clear();
    },
    outcome(unitOf, outcome, now) {
      for (const [id, rollout] of tracked) {
        const unit = unitOf(id);
        const met = unit === undefined ? undefined : rollout.recent.get(unit);
        if (met !== undefined && now - met.at < RECENT_MS) close(met.group, met.hash, outcome);
        else if (rollout.active) rollout.unattributed++;
      }
    },
    flushMs() {
      let least: number | undefined;
      for (const { active, open, ramp } of tracked.values()) {
        if (active || open.size > 0) least = Math.min(least ?? ramp.flushMs, ramp.flushMs);
      }
      return least;
    },
    take(now, limit) {
      const rollouts: RolloutReport[] = [];
      let left = limit;
      let more = false;
      for (const [id, rollout] of tracked) {
        closeOverdue(rollout, now);
        const arms: ArmReport[] = [];
        for (const [name, group] of rollout.groups) {
          if (left <= 0) {
            more = true;
            break;
          }
          const opened: UnitHash[] = [];
          for (const exposure of rollout.open) {
            if (exposure.group !== group || exposure.announced || !exposure.sampled || left <= 0) continue;
            exposure.announced = true;
            opened.push(exposure.hash);
            left--;
          }
          // failures first: one that is reported before its unit closes is still one, the other way round a unit counts as well
          const failed = drain(group.failed, left);
          left -= failed.length;
          const closed = drain(group.closed, left);
          left -= closed.length;
          const slow = group.slow.map((units) => {
            const part = drain(units, left);
            left -= part.length;
            return encodeHashes(part);
          });
          if (opened.length + failed.length + closed.length > 0 || slow.some((units) => units !== '')) {
            arms.push({
              arm: group.arm,
              percent: group.percent,
              opened: encodeHashes(opened),
              closed: encodeHashes(closed),
              failed: encodeHashes(failed),
              slow,
            });
          } else if (!inUse(rollout, group)) {
            rollout.groups.delete(name);
          }
          if (group.closed.size + group.failed.size > 0) more = true;
        }
        if (arms.length > 0 || rollout.unattributed > 0) {
          rollouts.push({ rollout: id, arms, unattributed: rollout.unattributed });
          rollout.unattributed = 0;
        } else if (!rollout.active && rollout.open.size === 0 && rollout.groups.size === 0) {
          tracked.delete(id);
        }
      }
      return { rollouts, units: limit - left, more };
    },
    dropped: () => dropped,
  };
}

function forgetOldest(recent: Map<string, Met>): void {
  for (const unit of recent.keys()) {
    recent.delete(unit);
    return;
  }
}

function drain(units: Map<number, UnitHash>, limit: number): UnitHash[] {
  const taken: UnitHash[] = [];
  for (const [key, hash] of units) {
    if (taken.length >= limit) break;
    taken.push(hash);
    units.delete(key);
  }
  return taken;
}

function inUse(rollout: Tracked, group: Group): boolean {
  for (const exposure of rollout.open) if (exposure.group === group) return true;
  for (const met of rollout.recent.values()) if (met.group === group) return true;
  return false;
}
