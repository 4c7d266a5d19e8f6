import { describe, expect, it } from 'vitest';
import type { Token } from './access/access.ts';
import { createEnvironment, createProject, deleteEnvironment, editEnvironment, editProject } from './environment-decisions.ts';
import { createSegment, deleteSegment, editSegment } from './flag/segment-decisions.ts';
import { BY, environmentOf, flagOf, refusalOf, rolloutOf, ruleOf, stateOf } from './flag/testing-state.ts';

const project = { version: 2, entity: { key: 'shop', name: 'Shop', createdAt: 0, nextSegment: 9 } };
const environments = [environmentOf('development', 0), environmentOf('production', 1)];

describe('projects', () => {
  it('begin with development and production', () => {
    const { change, environments: made } = createProject(false, { key: 'billing' }, BY);
    expect(made.map(({ key, order }) => [key, order])).toEqual([
      ['development', 0],
      ['production', 1],
    ]);
    expect(change?.writes).toHaveLength(3);
    expect(refusalOf(() => createProject(true, { key: 'billing' }, BY)).code).toBe('exists');
    expect(refusalOf(() => createProject(false, { key: 'Billing', name: '' }, BY)).fields).toEqual(['key', 'name']);
  });

  it('are renamed', () => {
    expect(editProject(project, { name: 'Web shop' }, BY).change?.audit[0]).toMatchObject({
      before: { name: 'Shop' },
      after: { name: 'Web shop' },
    });
    expect(editProject(project, { name: 'Shop' }, BY).change).toBeNull();
    expect(refusalOf(() => editProject(project, { name: ' ' }, BY)).fields).toEqual(['name']);
  });
});

describe('environments', () => {
  const make = (key: string, there = environments) =>
    createEnvironment({ project, environments: there, flags: [flagOf()] }, { key }, BY);

  it('come before production, with a state for every flag', () => {
    const { change } = make('staging');
    expect(change?.writes).toMatchObject([
      { put: 'project' },
      { put: 'environment', entity: { key: 'staging', order: 1 }, basedOn: null },
      { put: 'environment', entity: { key: 'production', order: 2 }, basedOn: 7 },
      { put: 'state', entity: { flag: 'checkout', environment: 'staging', enabled: false } },
    ]);
    expect(make('staging', environments.slice(0, 1)).result.entity.order).toBe(1);
    expect(make('first', []).result.entity.order).toBe(0);
  });

  it('are refused when wrong, there already or too many', () => {
    expect(refusalOf(() => make('a b')).fields).toEqual(['key']);
    expect(refusalOf(() => make('production')).code).toBe('exists');
    const many = Array.from({ length: 50 }, (_, index) => environmentOf(`e${index}`, index));
    expect(refusalOf(() => make('one-more', many)).code).toBe('invalid');
  });

  it('are renamed and moved', () => {
    expect(editEnvironment(environmentOf(), { name: 'Live', order: 3 }, BY).change?.environments).toEqual([]);
    expect(editEnvironment(environmentOf(), { order: 1 }, BY).change).toBeNull();
    expect(refusalOf(() => editEnvironment(environmentOf(), { name: '', order: -1 }, BY)).fields).toEqual(['name', 'order']);
  });

  it('go with their states and active rollouts, and their tokens are revoked', () => {
    const token = (id: string, revokedAt: number | null) => ({ version: 1, entity: { id, revokedAt } as Token });
    const change = deleteEnvironment(
      {
        project,
        environment: environmentOf(),
        states: [{ version: 1, entity: stateOf(flagOf()) }],
        rollouts: [rolloutOf('a', 'running'), rolloutOf('b', 'reverted')],
        tokens: [token('live', null), token('old', 5)],
      },
      BY,
    );
    expect(change.writes).toMatchObject([
      { put: 'project' },
      { remove: 'state' },
      { put: 'rollout', entity: { id: 'a', state: 'aborted' } },
      { put: 'token', entity: { id: 'live', revokedAt: BY.at } },
      { remove: 'environment' },
    ]);
  });
});

describe('segments', () => {
  const patternOk = () => true;
  const when = { attribute: 'plan', operator: 'in' as const, values: ['pro'] };
  const segment = {
    version: 3,
    entity: { project: 'shop', key: 'vip', name: 'VIP', description: '', when, number: 9, createdAt: 0 },
  };

  it('get a number that is never reused, and move every environment', () => {
    const { change, result } = createSegment({ project, environments, exists: false, patternOk }, { key: 'vip', when }, BY);
    expect(result.entity).toMatchObject({ key: 'vip', name: 'vip', number: 9 });
    expect(change?.writes[0]).toMatchObject({ put: 'project', entity: { nextSegment: 10 }, basedOn: 2 });
    expect(change?.environments).toHaveLength(2);
  });

  it('are refused with every wrong field', () => {
    const subject = { project, environments, exists: false, patternOk };
    const bad = { attribute: '', operator: 'nope', values: [] } as unknown as typeof when;
    expect(refusalOf(() => createSegment(subject, { key: 'VIP', name: '', when: bad }, BY)).fields).toEqual([
      'key',
      'name',
      'when.attribute',
      'when.operator',
    ]);
    expect(refusalOf(() => createSegment({ ...subject, exists: true }, { key: 'vip', when }, BY)).code).toBe('exists');
  });

  it('move environments by their conditions only', () => {
    const subject = { segment, environments, patternOk };
    expect(editSegment(subject, { name: 'Best' }, BY).change?.environments).toEqual([]);
    expect(editSegment(subject, { when: { all: [when] } }, BY).change?.environments).toHaveLength(2);
    expect(editSegment(subject, { when: { values: ['pro'], operator: 'in', attribute: 'plan' } }, BY).change).toBeNull();
  });

  it('leave a long list out of the history', () => {
    const values = Array.from({ length: 20_000 }, (_, index) => `user-${index}`);
    const { change } = editSegment({ segment, environments, patternOk }, { when: { ...when, values } }, BY);
    expect(JSON.stringify(change?.audit).length).toBeLessThan(2_000);
  });

  it('are not deleted while a rule names them', () => {
    const using = stateOf(flagOf(), { rules: [ruleOf({ segments: [{ segment: 'vip', negate: true }] })] });
    expect(refusalOf(() => deleteSegment({ segment, environments, states: [using] }, BY))).toMatchObject({
      code: 'in_use',
      details: { by: [{ environment: 'production', flag: 'checkout' }] },
    });
    const change = deleteSegment({ segment, environments, states: [stateOf(flagOf())] }, BY);
    expect(change.writes).toMatchObject([{ remove: 'segment', basedOn: 3 }, { put: 'environment' }, { put: 'environment' }]);
  });
});
