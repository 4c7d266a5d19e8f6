import type { Ramp, Rule, Ruleset, RulesetFlag } from '@burgee/engine';
import { type Held, holdText } from '../src/delivery/held.ts';

const BOOLEAN = [
  { key: 'on', value: true },
  { key: 'off', value: false },
];

/** A boolean flag that is on for everybody, unless rules say otherwise. */
export function flag(key: string, change: Partial<RulesetFlag> = {}): RulesetFlag {
  return {
    key,
    type: 'boolean',
    variants: BOOLEAN,
    browserAccess: 'none',
    enabled: true,
    killed: false,
    prerequisites: [],
    rules: [],
    defaultVariant: 'on',
    offVariant: 'off',
    ...change,
  };
}

/** A flag whose one rule serves `on` to a percent, and which is off for everybody else. */
export function ramped(key: string, percent: number, ramp?: Partial<Ramp>): RulesetFlag {
  const mark: Ramp = {
    rollout: `r-${key}`,
    controlSample: 1,
    flushMs: 100,
    openMs: 30_000,
    changedAt: 1,
    cutoffsMs: [],
    ...ramp,
  };
  const rule: Rule = {
    id: `rule-${key}`,
    percent,
    by: 'default',
    serve: { variant: 'on' },
    ...(ramp === undefined ? {} : { ramp: mark }),
  };
  return flag(key, { rules: [rule], defaultVariant: 'off' });
}

export function ruleset(flags: readonly RulesetFlag[], change: Partial<Ruleset> = {}): Ruleset {
  return {
    schema: 1,
    project: 'default',
    environment: 'production',
    revision: { epoch: 1, n: 1 },
    flags,
    segments: [],
    ...change,
  };
}

/** As a client that received it holds it. */
export const held = (given: Ruleset): Held => holdText(JSON.stringify(given));

/** What is held, as it was sent. */
export function sent({ flags, ...rest }: Held): Ruleset {
  return { ...rest, flags: [...flags.keys()].flatMap((key) => flags.get(key) ?? []) };
}

/** Polls until the claim holds; the guard only catches hangs. */
export async function until(claim: () => boolean | Promise<boolean>, guardMs = 10_000): Promise<void> {
  const from = performance.now();
  while (!(await claim())) {
    if (performance.now() - from > guardMs) throw new Error(`still not so after ${guardMs} ms: ${claim}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
