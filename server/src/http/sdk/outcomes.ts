import {
  type ArmReport,
  type ClientOutcome,
  encodeHashes,
  type Prepared,
  type RampedRule,
  type RolloutReport,
  rampedRules,
  sampled,
  type UnitHash,
  unitHasher,
} from '@burgee/engine';

/** What browsers say, as our own SDKs would have said it, and how many outcomes named no rollout that browsers may know of. */
export interface Attributed {
  readonly rollouts: readonly RolloutReport[];
  readonly unknown: number;
}

/** Works the arm of each unit out anew, from nothing but its id and the newest percent; the ids end here. */
export function attribute(outcomes: readonly ClientOutcome[], prepared: Prepared): Attributed {
  const rules = rampedOf(prepared);
  const groups = new Map<string, ReturnType<typeof groupOf>>();
  let unknown = 0;
  for (const { rollout, ...outcome } of outcomes) {
    const rule = rules.get(rollout);
    if (rule === undefined) {
      unknown += 1;
      continue;
    }
    const group = groups.get(rollout) ?? groupOf(rule);
    groups.set(rollout, group);
    group.add(outcome);
  }
  const rollouts = [...groups].map(([rollout, group]) => ({ rollout, arms: group.arms(), unattributed: 0 }));
  return { rollouts: rollouts.filter(({ arms }) => arms.length > 0), unknown };
}

const known = new WeakMap<Prepared, ReadonlyMap<string, RampedRule>>();

/** The ramped rules that browsers may know of, by rollout. A snapshot is asked by many reports. */
function rampedOf(prepared: Prepared): ReadonlyMap<string, RampedRule> {
  const before = known.get(prepared);
  if (before !== undefined) return before;
  const ramped = prepared.keys().filter((key) => {
    const flag = prepared.flag(key);
    return flag !== undefined && flag.browserAccess !== 'none' && flag.rules.some(({ ramp }) => ramp !== undefined);
  });
  const rules = ramped.flatMap((key) => rampedRules(prepared, key));
  const found = new Map(rules.map((rule) => [rule.ramp.rollout, rule]));
  known.set(prepared, found);
  return found;
}

interface Lists {
  readonly closed: UnitHash[];
  readonly failed: UnitHash[];
  readonly slow: UnitHash[][];
}

function groupOf({ ramp, percent, armOf }: RampedRule) {
  const hashOf = unitHasher(ramp.rollout);
  const lists = (): Lists => ({ closed: [], failed: [], slow: ramp.cutoffsMs.map(() => []) });
  const sides = { treatment: lists(), control: lists() };
  return {
    add({ unit, failed, durationMs }: Omit<ClientOutcome, 'rollout'>): void {
      const arm = armOf(unit);
      const hash = hashOf(unit);
      if (failed) sides[arm].failed.push(hash);
      // of control only the sample counts, but whoever failed leaves the risk set
      if (arm === 'control' && !sampled(hash, ramp.controlSample)) return;
      sides[arm].closed.push(hash);
      for (const [i, cutoff] of ramp.cutoffsMs.entries()) if (durationMs > cutoff) sides[arm].slow[i]?.push(hash);
    },
    arms: (): ArmReport[] =>
      (['treatment', 'control'] as const).flatMap((arm) => {
        const { closed, failed, slow } = sides[arm];
        if (closed.length + failed.length === 0) return [];
        const units = { opened: '', closed: encodeHashes(closed), failed: encodeHashes(failed), slow: slow.map(encodeHashes) };
        return [{ arm, percent, ...units }];
      }),
  };
}
