import type { Flag } from '@burgee/server/api';
import type { NewRule } from '../src/api/changes.ts';
import type { FlagRow, StateRow } from '../src/api/resources.ts';

/** Flags, states and rules as the API answers them, for what is worked out of them. */
export const NOW = 1_800_000_000_000;
export const DAY = 86_400_000;
export const rule = (more: Partial<NewRule> = {}): NewRule => ({
  id: 'r1',
  percent: 25,
  by: 'default',
  serve: { variant: 'on' },
  ...more,
});
export const flag = (more: Partial<Flag> = {}): Flag => ({
  ...{
    project: 'default',
    key: 'a',
    name: 'A',
    description: '',
    owner: null,
    tags: [],
    links: [],
    kind: 'release',
    type: 'boolean',
  },
  variants: [
    { key: 'on', value: true },
    { key: 'off', value: false },
  ],
  ...{ browserAccess: 'none', lifetimeDays: 40, archived: false, createdAt: NOW - DAY },
  ...more,
});
export const state = (environment: string, more: Partial<StateRow['state']> = {}, seen: number | null = NOW): StateRow => ({
  state: {
    ...{ project: 'default', environment, flag: 'a', enabled: true, killed: null, prerequisites: [], rules: [] },
    ...{ defaultVariant: 'off', offVariant: 'off' },
    ...more,
  },
  version: 1,
  rollout: null,
  lastEvaluated: seen,
});
export const rules = (...list: NewRule[]) => ({ rules: list as StateRow['state']['rules'] });
export const row = (states: StateRow[], more: Partial<Flag> = {}): FlagRow => ({ flag: flag(more), version: 1, states });
export const everyone = rules(rule({ percent: 100 }));
export const plain = (text: string) => text.replaceAll('\u00a0', ' ');
