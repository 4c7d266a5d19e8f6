import { describe, expect, it } from 'vitest';
import type { FlagRow, SegmentRow } from '../src/api/resources.ts';
import { answer, ask, readContext, rulesetOf } from '../src/playground/evaluate.ts';

const rule = { id: 'r1', title: 'Some', percent: 25, by: 'default', serve: { variant: 'on' } };
const row = (state: object): FlagRow =>
  ({
    flag: {
      key: 'checkout',
      type: 'boolean',
      variants: [
        { key: 'on', value: true },
        { key: 'off', value: false },
      ],
      browserAccess: 'none',
      archived: false,
    },
    version: 1,
    states: [
      {
        version: 1,
        rollout: null,
        lastEvaluated: null,
        state: {
          project: 'p',
          environment: 'production',
          flag: 'checkout',
          enabled: true,
          killed: null,
          prerequisites: [],
          rules: [rule],
          defaultVariant: 'off',
          offVariant: 'off',
          ...state,
        },
      },
    ],
  }) as unknown as FlagRow;
const asked = (state: object, segments: readonly SegmentRow[] = []) =>
  ask(rulesetOf([row(state)], segments, 'p', 'production'), undefined);

describe('what a flag answers', () => {
  it('says the rule, and the bucket that decided it', () => {
    const inside = Array.from({ length: 200 }, (_, i) => answer(asked({}), 'checkout', { targetingKey: `u${i}` }, 0, 0.5));
    for (const { bucket, variant, rule: decided } of inside) {
      expect(bucket?.by).toBe('targetingKey');
      expect(variant).toBe((bucket?.at ?? 0) < 25 ? 'on' : 'off');
      expect(decided).toEqual(variant === 'on' ? { place: 1, title: 'Some' } : null);
    }
    expect(new Set(inside.map(({ variant }) => variant)).size).toBe(2);
  });

  it('of whom nothing is known has no bucket', () => {
    expect(answer(asked({}), 'checkout', {}, 0, 0.99)).toMatchObject({ bucket: null });
  });

  it('killed or off answers the off variant, whoever asks', () => {
    const killed = { by: 'Ada', at: 1, reason: 'x' };
    expect(answer(asked({ killed }), 'checkout', { targetingKey: 'u' }, 0, 0)).toMatchObject({
      reason: 'DISABLED',
      value: 'false',
    });
    expect(answer(asked({ enabled: false }), 'checkout', {}, 0, 0)).toMatchObject({ reason: 'DISABLED' });
  });

  it('is not there for a flag that the environment does not have', () => {
    expect(answer(asked({}), 'other', {}, 0, 0)).toMatchObject({ reason: 'ERROR', value: null });
  });
});

describe('a context as it is typed', () => {
  it.each([
    ['', { context: {} }],
    ['{"plan":"pro"}', { context: { plan: 'pro' } }],
    ['{"plan":', { wrong: 'json' }],
    ['[1]', { wrong: 'object' }],
    ['"text"', { wrong: 'object' }],
    ['null', { wrong: 'object' }],
  ])('%s', (typed, read) => {
    expect(readContext(typed)).toEqual(read);
  });
});
