import { describe, expect, it } from 'vitest';
import type { Write } from '../ports.ts';
import type { Flag } from './flag.ts';
import { editState, kill, restore, type StateEdit, setPercent } from './state-decisions.ts';
import { around, BY, flagOf, refusalOf, rolloutOf, ruleOf, stateOf, subjectOf } from './testing-state.ts';

const colours = flagOf({
  key: 'colour',
  type: 'string',
  variants: [
    { key: 'red', value: 'r' },
    { key: 'blue', value: 'b' },
  ],
});
const split = (...weights: number[]) => ({
  split: { weights: weights.map((weight, index) => ({ variant: index === 0 ? 'red' : 'blue', weight })) },
});

describe('edits that are refused, with every wrong field', () => {
  const wrong: [string, Flag, StateEdit, string[]][] = [
    ['percent below', flagOf(), { rules: [ruleOf({ percent: -0.001 })] }, ['rules[0].percent']],
    ['percent above', flagOf(), { rules: [ruleOf({ percent: 100.001 })] }, ['rules[0].percent']],
    ['percent not a number', flagOf(), { rules: [ruleOf({ percent: Number.NaN })] }, ['rules[0].percent']],
    ['percent too fine', flagOf(), { rules: [ruleOf({ percent: 2.0071 })] }, ['rules[0].percent']],
    ['unknown variant', flagOf(), { rules: [ruleOf({ serve: { variant: 'maybe' } })] }, ['rules[0].serve.variant']],
    ['rule ids twice', flagOf(), { rules: [ruleOf(), ruleOf()] }, ['rules[1].id']],
    ['rule id with a slash', flagOf(), { rules: [ruleOf({ id: 'a/b' })] }, ['rules[0].id']],
    ['empty by', flagOf(), { rules: [ruleOf({ by: '' })] }, ['rules[0].by']],
    ['empty salt', flagOf(), { rules: [ruleOf({ salt: '' })] }, ['rules[0].salt']],
    ['unknown segment', flagOf(), { rules: [ruleOf({ segments: [{ segment: 'vip' }] })] }, ['rules[0].segments[0].segment']],
    ['weights too few', colours, { rules: [ruleOf({ serve: split(500, 499) })] }, ['rules[0].serve.split.weights']],
    ['weights of 0', colours, { rules: [ruleOf({ serve: split(0, 0) })] }, ['rules[0].serve.split.weights']],
    ['no weights', colours, { rules: [ruleOf({ serve: split() })] }, ['rules[0].serve.split.weights']],
    [
      'weight below 0',
      colours,
      { rules: [ruleOf({ serve: split(-1, 1001) })] },
      ['rules[0].serve.split.weights[0].weight', 'rules[0].serve.split.weights[1].weight'],
    ],
    [
      'weight not whole',
      colours,
      { rules: [ruleOf({ serve: split(0.5, 999.5) })] },
      ['rules[0].serve.split.weights[0].weight', 'rules[0].serve.split.weights[1].weight'],
    ],
    [
      'variant twice in a split',
      colours,
      { rules: [ruleOf({ serve: split(400, 300, 300) })] },
      ['rules[0].serve.split.weights[2].variant'],
    ],
    ['unknown default', flagOf(), { defaultVariant: 'red', offVariant: '' }, ['defaultVariant', 'offVariant']],
    ['itself as prerequisite', flagOf(), { prerequisites: [{ flag: 'checkout', variants: ['on'] }] }, ['prerequisites[0].flag']],
    ['unknown prerequisite', flagOf(), { prerequisites: [{ flag: 'ghost', variants: ['on'] }] }, ['prerequisites[0].flag']],
    ['archived prerequisite', flagOf(), { prerequisites: [{ flag: 'old', variants: ['on'] }] }, ['prerequisites[0].flag']],
    [
      'prerequisite without variants',
      flagOf(),
      { prerequisites: [{ flag: 'colour', variants: [] }] },
      ['prerequisites[0].variants'],
    ],
    [
      'unknown variant wanted',
      flagOf(),
      { prerequisites: [{ flag: 'colour', variants: ['red', 'on'] }] },
      ['prerequisites[0].variants[1]'],
    ],
    [
      'all mistakes at once',
      flagOf(),
      { rules: [ruleOf({ percent: 101, by: '' }), ruleOf({ serve: { variant: 'x' } })], defaultVariant: 'y' },
      ['rules[1].id', 'rules[0].percent', 'rules[0].by', 'rules[1].serve.variant', 'defaultVariant'],
    ],
  ];
  it.each(wrong)('%s', (_, flag, edit, fields) => {
    const others = around([colours, flagOf({ key: 'old', archived: true })]);
    expect(refusalOf(() => editState(subjectOf(flag), edit, others, BY))).toMatchObject({ code: 'invalid', fields });
  });
});

describe('edits that are accepted', () => {
  it.each([0, 0.001, 2.007, 33.333, 99.999, 100])('percent %d', (percent) => {
    const { result } = editState(subjectOf(flagOf()), { rules: [ruleOf({ percent })] }, around(), BY);
    expect(result.entity.rules[0]?.percent).toBe(percent);
  });

  it('changes nothing where nothing differs', () => {
    const subject = subjectOf(flagOf(), { rules: [ruleOf({ segments: [] })] });
    const { change, result } = editState(subject, { enabled: false, rules: [{ ...ruleOf(), segments: [] }] }, around(), BY);
    expect(change).toBeNull();
    expect(result).toBe(subject.state);
  });

  it('moves one environment and tells only what changed', () => {
    const subject = subjectOf(flagOf(), { rules: [ruleOf(), ruleOf({ id: 'r2' })] });
    const edit = { rules: [ruleOf({ percent: 25 }), ruleOf({ id: 'r2' })] };
    const { change } = editState(subject, edit, around(), BY);
    expect(change?.environments).toEqual([{ project: 'shop', environment: 'production' }]);
    expect(change?.audit).toEqual([
      {
        actor: BY.actor,
        action: 'state.changed',
        project: 'shop',
        environment: 'production',
        object: 'flag/checkout',
        summary: 'checkout in production: rule 1: 10 % → 25 %.',
        before: { rules: [ruleOf()] },
        after: { rules: [ruleOf({ percent: 25 })] },
        reason: null,
      },
    ]);
  });

  it('names rules by their title or their place, and one that goes by the place that it had', () => {
    const subject = subjectOf(flagOf(), { rules: ['r1', 'r2', 'r3'].map((id) => ruleOf({ id })) });
    const rules = [ruleOf({ id: 'r3' }), ruleOf({ id: 'r1', percent: 25 }), ruleOf({ id: 'r9', percent: 5, title: 'Staff' })];
    const { change } = editState(subject, { rules }, around(), BY);
    const said = 'rule 2: 10 % → 25 %; rule “Staff” added at 5 %; rule 2 removed; rules reordered';
    expect(change?.audit[0]?.summary).toBe(`checkout in production: ${said}.`);
  });

  it('never stores a mark', () => {
    const ramp = { rollout: 'x', controlSample: 1, flushMs: 1, openMs: 1, changedAt: 1, cutoffsMs: [] };
    const { result } = editState(subjectOf(flagOf()), { rules: [ruleOf({ ramp })] }, around(), BY);
    expect(result.entity.rules).toEqual([ruleOf()]);
  });

  it('leaves what an import brought alone, and checks what is changed beside it', () => {
    const imported = ruleOf({
      when: { opaque: { strategy: 'moon' } },
      by: 'custom attribute',
      serve: { split: { weights: [{ variant: 'red', weight: 3 }] } },
    });
    const subject = subjectOf(colours, { rules: [imported] });
    const ok = editState(subject, { rules: [{ ...imported, percent: 50 }] }, around(), BY);
    expect(ok.result.entity.rules[0]).toEqual({ ...imported, percent: 50 });
    const opaque = { opaque: { strategy: 'sun' } };
    expect(refusalOf(() => editState(subject, { rules: [{ ...imported, when: opaque }] }, around(), BY)).fields).toEqual([
      'rules[0].when.opaque',
    ]);
    expect(refusalOf(() => editState(subject, { rules: [{ ...imported, id: 'new' }] }, around(), BY)).fields).toEqual([
      'rules[0].when.opaque',
      'rules[0].serve.split.weights',
    ]);
  });
});

describe('prerequisites', () => {
  const needs = (key: string, ...wanted: string[]) =>
    stateOf(flagOf({ key }), { prerequisites: wanted.map((flag) => ({ flag, variants: ['on'] })) });

  it('may not lead back, however far', () => {
    const keys = Array.from({ length: 3_000 }, (_, index) => `f${index}`);
    const flags = keys.map((key) => flagOf({ key }));
    const chain = keys.map((key, index) => needs(key, ...(index < 2_999 ? [`f${index + 1}`] : ['checkout'])));
    const edit = { prerequisites: [{ flag: 'f0', variants: ['on'] }] };
    const subject = subjectOf(flagOf());
    expect(refusalOf(() => editState(subject, edit, around(flags, chain), BY)).fields).toEqual(['prerequisites[0].flag']);
    expect(refusalOf(() => editState(subject, edit, around(flags, chain.slice(0, -1)), BY)).code).toBe('accepted');
  });

  it('says the way back, and survives a cycle that is there already', () => {
    const flags = ['a', 'b'].map((key) => flagOf({ key }));
    const edit = { prerequisites: [{ flag: 'a', variants: ['on'] }] };
    const back = around(flags, [needs('a', 'b'), needs('b', 'checkout')]);
    const { details } = refusalOf(() => editState(subjectOf(flagOf()), edit, back, BY));
    expect(JSON.stringify(details)).toContain('checkout -> a -> b -> checkout');
    const elsewhere = around(flags, [needs('a', 'b'), needs('b', 'a')]);
    expect(refusalOf(() => editState(subjectOf(flagOf()), edit, elsewhere, BY)).code).toBe('accepted');
  });
});

describe('what else is written', () => {
  const puts = (writes: readonly Write[] | undefined) => writes?.map((write) => ('put' in write ? write.put : write.remove));

  it('touches the environment when the state begins to refer to something, and only then', () => {
    const subject = subjectOf(flagOf(), { rules: [ruleOf()], enabled: true });
    const gains = editState(subject, { rules: [ruleOf({ segments: [{ segment: 'vip' }] })] }, around([], [], ['vip']), BY);
    expect(puts(gains.change?.writes)).toEqual(['state', 'environment']);
    const loses = editState(subject, { rules: [] }, around(), BY);
    expect(puts(loses.change?.writes)).toEqual(['state']);
  });

  const rollouts = [rolloutOf('a', 'running'), rolloutOf('b', 'paused'), rolloutOf('c', 'completed'), rolloutOf('d', 'reverted')];

  it('leaves rollouts alone when a person edits rules or a percent', () => {
    const subject = subjectOf(flagOf(), { enabled: true, rules: [ruleOf()] }, rollouts);
    expect(puts(editState(subject, { rules: [] }, around(), BY).change?.writes)).toEqual(['state']);
    expect(puts(setPercent(subject, 'r1', 50, BY).change?.writes)).toEqual(['state']);
    expect(puts(editState(subjectOf(flagOf(), {}, rollouts), { enabled: true }, around(), BY).change?.writes)).toEqual(['state']);
  });

  it('ends active rollouts when the flag is turned off or killed, in the same change', () => {
    const subject = subjectOf(flagOf(), { enabled: true, rules: [ruleOf()] }, rollouts);
    for (const { change } of [editState(subject, { enabled: false }, around(), BY), kill(subject, 'checkout fails', BY)]) {
      const ended = change?.writes.filter((write) => 'put' in write && write.put === 'rollout') ?? [];
      expect(ended).toMatchObject([
        { basedOn: 3, entity: { id: 'a', state: 'aborted', endedAt: BY.at } },
        { basedOn: 3, entity: { id: 'b', state: 'aborted', endedAt: BY.at } },
      ]);
    }
  });
});

describe('one percent', () => {
  it('moves this rule and nothing else', () => {
    const subject = subjectOf(flagOf(), { rules: [ruleOf(), ruleOf({ id: 'r2' })] });
    expect(setPercent(subject, 'r2', 0.5, BY).result).toMatchObject({
      version: 5,
      entity: { rules: [ruleOf(), ruleOf({ id: 'r2', percent: 0.5 })] },
    });
    expect(setPercent(subject, 'r2', 10, BY).change).toBeNull();
  });

  it('is refused where it is wrong or the rule is not there', () => {
    const subject = subjectOf(flagOf(), { rules: [ruleOf()] });
    expect(refusalOf(() => setPercent(subject, 'r1', 0.0005, BY))).toMatchObject({ code: 'invalid', fields: ['percent'] });
    expect(refusalOf(() => setPercent(subject, 'r9', 5, BY)).code).toBe('not_found');
  });
});

describe('kill and restore', () => {
  it('says who, when and why, once', () => {
    const first = kill(subjectOf(flagOf(), { enabled: true }), 'errors', BY);
    expect(first.result.entity.killed).toEqual({ by: 'Ada', at: 1_000, reason: 'errors' });
    expect(first.change?.audit[0]).toMatchObject({ action: 'state.killed', reason: 'errors' });
    const again = kill({ ...subjectOf(flagOf()), state: first.result }, 'more errors', { ...BY, at: 2_000 });
    expect(again.change).toBeNull();
    expect(again.result.entity.killed?.at).toBe(1_000);
  });

  it('is lifted by a person or a token, never by Burgee', () => {
    const killed = subjectOf(flagOf(), { killed: { by: 'Ada', at: 1, reason: 'errors' } });
    expect(restore(killed, 'fixed', BY).result.entity.killed).toBeNull();
    expect(restore(subjectOf(flagOf()), 'fixed', BY).change).toBeNull();
    const burgee = { actor: { kind: 'burgee' as const, id: '', name: 'Burgee' }, at: 1 };
    expect(refusalOf(() => restore(killed, 'fixed', burgee)).code).toBe('forbidden');
  });

  it('is not lifted by any edit', () => {
    const killed = { by: 'Ada', at: 1, reason: 'errors' };
    const subject = subjectOf(flagOf(), { killed, rules: [ruleOf()] });
    expect(editState(subject, { enabled: true, rules: [] }, around(), BY).result.entity.killed).toEqual(killed);
    expect(setPercent(subject, 'r1', 100, BY).result.entity.killed).toEqual(killed);
  });

  it('wants a reason', () => {
    for (const reason of ['', '   ', 'x'.repeat(501), 'a\nb'])
      expect(refusalOf(() => kill(subjectOf(flagOf()), reason, BY))).toMatchObject({ code: 'invalid', fields: ['reason'] });
  });
});

it('refuses edits of an archived flag, but not its kill', () => {
  const subject = subjectOf(flagOf({ archived: true }), { rules: [ruleOf()] });
  expect(refusalOf(() => editState(subject, { enabled: true }, around(), BY)).code).toBe('flag_archived');
  expect(refusalOf(() => setPercent(subject, 'r1', 1, BY)).code).toBe('flag_archived');
  expect(kill(subject, 'errors', BY).change).not.toBeNull();
});
