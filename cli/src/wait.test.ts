import type { StateReason } from '@burgee/server/api';
import { describe, expect, it } from 'vitest';
import { judge } from './wait.ts';

const NOW = 1_000_000;
const waiting = { untilPercent: null, timeoutMs: 60_000, pauseGraceMs: 30_000 };
const because = (code: StateReason['code'], since = NOW): StateReason => ({ code, text: '', since });
const rollout = (
  state: 'running' | 'holding' | 'paused' | 'completed' | 'reverted' | 'aborted' | 'pending',
  reason: ReturnType<typeof because> | null = null,
  percent = 5,
) => ({
  state,
  reason,
  percent,
  sentence: 'What happened.',
});
const exitOf = (verdict: ReturnType<typeof judge>): number | 'go' => (verdict.go ? 'go' : verdict.exit);

describe('the verdict of a wait', () => {
  it.each([
    ['completed', rollout('completed'), 0, 0],
    ['reverted', rollout('reverted'), 0, 10],
    ['aborted, by a kill for example', rollout('aborted', because('killed')), 0, 10],
    ['paused by a person', rollout('paused', because('paused')), 0, 11],
    ['paused by somebody’s edit', rollout('paused', because('edited')), 0, 11],
    ['paused by a guard just now', rollout('paused', because('guard-outcomes', NOW - 29_000)), 0, 'go'],
    ['paused by a guard for longer than the grace', rollout('paused', because('guard-outcomes', NOW - 31_000)), 0, 11],
    ['running', rollout('running'), 59_000, 'go'],
    ['holding without data', rollout('holding', because('no-data')), 59_000, 'go'],
    ['timed out while running', rollout('running'), 60_000, 12],
    ['timed out while it gathers evidence', rollout('holding', because('evidence')), 60_000, 12],
    ['timed out without data', rollout('holding', because('no-data')), 60_000, 13],
    ['timed out without its source', rollout('holding', because('source-unavailable')), 60_000, 13],
  ])('%s', (_name, view, waited, exit) => {
    expect(exitOf(judge(view, waited, NOW, waiting))).toBe(exit);
  });

  it('is content with a percent when one is named', () => {
    const until25 = { ...waiting, untilPercent: 25 };
    expect(exitOf(judge(rollout('running', null, 5), 0, NOW, until25))).toBe('go');
    expect(exitOf(judge(rollout('running', null, 25), 0, NOW, until25))).toBe(0);
    expect(exitOf(judge(rollout('paused', because('paused'), 25), 0, NOW, until25))).toBe(11);
  });
});
