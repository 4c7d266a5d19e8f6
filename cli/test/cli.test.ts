import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RolloutView } from '@burgee/server/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type Ran, type Rig, startRig } from './server.ts';

let rig: Rig;

const stage = (percent: number, advance: 'time' | 'manual' | 'evidence', bakeMs = 0) => ({
  percent,
  advance,
  bakeMs,
  maxHoldMs: 600_000,
});
const plan = (key: string, stages: readonly object[]) => ({
  key,
  name: key,
  description: '',
  stages,
  guards: [{ kind: 'outcomes', key: 'errors', action: 'revert', tolerated: 1 }],
  revertTo: 'zero',
  revertAlpha: 0.001,
  pauseAlpha: 0.05,
  rhoBad: 3,
  beta: 0.05,
  minErrors: 3,
  minDifference: 0.001,
  controlSample: 1,
  flushMs: 1_000,
  openMs: 30_000,
});

beforeAll(async () => {
  rig = await startRig();
  const plans = '/api/v1/projects/default/plans';
  await rig.api('POST', plans, plan('quick', [stage(50, 'time')]));
  await rig.api('POST', plans, plan('by-hand', [stage(10, 'manual'), stage(50, 'manual')]));
  await rig.api('POST', plans, plan('proven', [stage(10, 'evidence'), stage(50, 'evidence')]));
});
afterAll(() => rig.close());

const json = <T>(ran: Ran): T => JSON.parse(ran.stdout) as T;

async function started(flag: string, planKey: string, release = 'r1'): Promise<RolloutView> {
  await rig.burgee(['flags', 'create', flag]);
  const ran = await rig.burgee(['rollout', 'start', '--flag', flag, '--release', release, '--plan', planKey]);
  expect(ran.stderr).toBe('');
  return json<{ rollout: RolloutView }>(ran).rollout;
}

describe('flags', () => {
  it('are made, listed, changed, killed and restored', async () => {
    expect((await rig.burgee(['flags', 'create', 'search', '--name', 'Search', '--tag', 'web'])).exit).toBe(0);
    const listed = json<{ flags: { flag: { key: string } }[] }>(await rig.burgee(['flags', 'list']));
    expect(listed.flags.map(({ flag }) => flag.key)).toContain('search');
    const set = json<{ state: { enabled: boolean; rules: { percent: number }[] } }>(
      await rig.burgee(['flags', 'set', 'search', '--on', '--percent', '25']),
    );
    expect(set.state).toMatchObject({ enabled: true, rules: [{ percent: 25 }] });
    expect(json(await rig.burgee(['flags', 'kill', 'search', '--reason', 'smoke']))).toMatchObject({
      state: { killed: { reason: 'smoke' } },
    });
    expect(json(await rig.burgee(['flags', 'restore', 'search']))).toMatchObject({ state: { killed: null } });
    const text = await rig.burgee(['flags', 'list', '--output', 'text']);
    expect(text.stdout).toMatch(/^KEY\s+KIND\s+STAGING\s+PRODUCTION\n[\s\S]*search\s+release\s+off\s+on 25 %/);
  });

  it('that applications ask for are listed, made and dismissed', async () => {
    const unknown = [
      { flag: 'theme', type: 'string', fallback: '"light"', count: 3 },
      { flag: 'typo', type: 'boolean', fallback: 'false', count: 1 },
    ];
    const report = {
      ...{ schema: 1, instance: 'i'.repeat(16), sequence: 1, sdk: 's', app: 'shop', platform: 'node', revision: null },
      ...{ spanMs: 1, counts: [], sketches: [], work: null, attributes: [], rollouts: [], unknown },
    };
    const sent = await fetch(`${rig.url}/sdk/reports`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.keys.server}`, 'content-type': 'application/json' },
      body: JSON.stringify(report),
    });
    expect(sent.status).toBe(202);
    const discovered = async () =>
      json<{ discovered: { flag: string }[] }>(await rig.burgee(['flags', 'discovered'])).discovered.map(({ flag }) => flag);
    while ((await discovered()).length < 2);
    const text = await rig.burgee(['flags', 'discovered', '--output', 'text']);
    expect(text.stdout).toMatch(
      /^FLAG\s+TYPE\s+DEFAULT\s+ASKED\s+LAST\s+WHERE\ntheme\s+string\s+"light"\s+3\s+\d+ s ago\s+production \(shop\)/,
    );
    const refused = await rig.burgee(['flags', 'create', 'theme', '--discovered', '--type', 'json']);
    expect([refused.exit, refused.stderr]).toEqual([2, expect.stringMatching(/--type: a discovered flag has the type/)]);
    expect(json(await rig.burgee(['flags', 'create', 'theme', '--discovered']))).toMatchObject({
      flag: { type: 'string', variants: [{ key: 'default', value: 'light' }] },
    });
    expect((await rig.burgee(['flags', 'dismiss', 'typo', '--reason', 'a typo'])).exit).toBe(0);
    expect(await discovered()).toEqual([]);
    expect((await rig.burgee(['flags', 'dismiss', 'typo'])).exit).toBe(0);
    expect((await rig.burgee(['flags', 'dismiss', 'none'])).exit).toBe(2);
  });

  it('say what is wrong and exit 2', async () => {
    for (const args of [
      ['flags', 'create', 'Bad Key'],
      ['flags', 'set', 'search', '--percent', '2.0071'],
      ['flags', 'set', 'search'],
      ['flags', 'show', 'absent'],
      ['flags', 'nonsense'],
      ['flags', 'set', 'search', '--percent', 'many'],
    ]) {
      const ran = await rig.burgee(args);
      expect(ran.exit, args.join(' ')).toBe(2);
      expect(ran.stderr, args.join(' ')).not.toBe('');
    }
    expect((await rig.burgee(['flags', 'set', 'search', '--percent', '2.0071'])).stderr).toContain('percent');
  });
});

// each has a rollout of its own, and most of their time is waiting
describe.concurrent('exit codes of a rollout', { timeout: 120_000 }, () => {
  it('0: it completed', async () => {
    const { id } = await started('good', 'quick');
    const ran = await rig.burgee(['rollout', 'wait', id, '--timeout', '20s']);
    expect(ran.exit).toBe(0);
    expect(json(ran)).toMatchObject({ exit: 0, rollout: { state: 'completed', percent: 100 } });
  });

  it('1: the server cannot be reached, or another release holds the rule', async () => {
    const nowhere = await rig.burgee(['flags', 'list'], { env: { BURGEE_URL: `http://127.0.0.1:${await freePort()}` } });
    expect(nowhere.exit).toBe(1);
    expect(json(nowhere)).toMatchObject({ error: { code: 'unreachable' }, exit: 1 });
    await started('held', 'by-hand');
    const second = await rig.burgee(['rollout', 'start', '--flag', 'held', '--release', 'r2', '--plan', 'by-hand']);
    expect(second.exit).toBe(1);
    expect(json(second)).toMatchObject({ error: { code: 'rollout_active' } });
  });

  it('2: the request is wrong', async () => {
    expect((await rig.burgee(['rollout', 'start', '--flag', 'good'])).exit).toBe(2);
    expect((await rig.burgee(['rollout', 'start', '--flag', 'absent', '--release', 'r'])).exit).toBe(2);
    expect((await rig.burgee(['rollout', 'wait', 'absent'])).exit).toBe(2);
    expect((await rig.burgee(['rollout', 'wait', 'x', '--timeout', 'soon'])).exit).toBe(2);
    expect((await rig.burgee(['rollout', 'start', '--flag', 'good', '--release', 'r', '--force'])).exit).toBe(2);
  });

  it('10: it was reverted, and is refused afterwards', async () => {
    const { id } = await started('bad', 'by-hand');
    const waiting = rig.burgee(['rollout', 'wait', id, '--timeout', '20s']);
    expect((await rig.burgee(['rollout', 'revert', id, '--reason', 'smoke'])).exit).toBe(0);
    expect((await waiting).exit).toBe(10);
    const again = await rig.burgee(['rollout', 'start', '--flag', 'bad', '--release', 'r1', '--plan', 'by-hand']);
    expect(again.exit).toBe(10);
    expect(json(again)).toMatchObject({ error: { code: 'release_latched' } });
    expect(
      (
        await rig.burgee([
          'rollout',
          'start',
          '--flag',
          'bad',
          '--release',
          'r1',
          '--plan',
          'by-hand',
          '--force',
          '--reason',
          'fixed by config',
        ])
      ).exit,
    ).toBe(0);
  });

  it('10: its flag was killed', async () => {
    const { id } = await started('killed', 'by-hand');
    await rig.burgee(['flags', 'kill', 'killed', '--reason', 'smoke']);
    expect((await rig.burgee(['rollout', 'wait', id, '--timeout', '20s'])).exit).toBe(10);
  });

  it('11: a person paused it; 0 again after it is resumed and advanced', async () => {
    const { id } = await started('paused', 'by-hand');
    expect((await rig.burgee(['rollout', 'pause', id, '--reason', 'lunch'])).exit).toBe(0);
    expect((await rig.burgee(['rollout', 'wait', id, '--timeout', '20s'])).exit).toBe(11);
    expect((await rig.burgee(['rollout', 'resume', id])).exit).toBe(0);
    expect((await rig.burgee(['rollout', 'advance', id])).exit).toBe(0);
    const half = await rig.burgee(['rollout', 'wait', id, '--until-percent', '50', '--timeout', '20s']);
    expect(half.exit).toBe(0);
    expect((await rig.burgee(['rollout', 'advance', id])).exit).toBe(0);
    expect((await rig.burgee(['rollout', 'wait', '--flag', 'paused', '--timeout', '20s'])).exit).toBe(0);
  });

  it('12: time ran out while it was healthy', async () => {
    const { id } = await started('slow', 'by-hand');
    expect((await rig.burgee(['rollout', 'wait', id, '--timeout', '1500ms'])).exit).toBe(12);
  });

  it('13: time ran out for lack of data', async () => {
    const { id } = await started('silent', 'proven');
    const ran = await rig.burgee(['rollout', 'wait', id, '--timeout', '14s']);
    expect(json(ran)).toMatchObject({ rollout: { state: 'holding', percent: 10 } });
    expect(ran.exit).toBe(13);
  });

  it('leaves the rollout running when it is stopped, or reverts it when told so', async () => {
    const { id } = await started('stopped', 'by-hand');
    const left = rig.spawn(['rollout', 'wait', id]);
    await new Promise((done) => left.child.stderr?.once('data', done));
    left.child.kill('SIGTERM');
    expect((await left.ended).exit).toBe(1);
    expect(json(await rig.burgee(['rollout', 'status', id]))).not.toMatchObject({ rollout: { state: 'reverted' } });
    const reverting = rig.spawn(['rollout', 'wait', id, '--on-abort', 'revert']);
    await new Promise((done) => reverting.child.stderr?.once('data', done));
    reverting.child.kill('SIGTERM');
    expect((await reverting.ended).exit).toBe(10);
    expect(json(await rig.burgee(['rollout', 'status', id]))).toMatchObject({ rollout: { state: 'reverted', percent: 0 } });
  });
});

it('says which version it is', async () => {
  const ran = await rig.burgee(['--version']);
  expect([ran.exit, ran.stdout, ran.stderr]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/), '']);
});

describe('access', () => {
  it('login keeps a working token, readable by its owner only', async () => {
    const none = { BURGEE_TOKEN: '' };
    const wrong = await rig.burgee(['login'], { env: none, input: 'bg_adm_wrong\n' });
    expect(wrong.exit).toBe(2);
    const file = join(rig.folder, 'config', 'burgee', 'credentials.json');
    expect(() => statSync(file)).toThrow();
    expect((await rig.burgee(['login'], { env: none, input: `${rig.keys.admin}\n` })).exit).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ url: rig.url, token: rig.keys.admin });
  });

  it('login with an admin’s password makes a token for this machine: how a new server’s first key is made', async () => {
    const none = { BURGEE_TOKEN: '' };
    const wrong = await rig.burgee(['login', '--email', 'owner@example.com'], { env: none, input: 'not the password\n' });
    expect(wrong.exit).toBe(2);
    expect(json(wrong)).toMatchObject({ error: { code: 'unauthenticated' } });
    const ran = await rig.burgee(['login', '--email', 'owner@example.com'], { env: none, input: 'a long enough secret\n' });
    expect(ran.stderr).toBe('');
    expect(ran.exit).toBe(0);
    const key = await rig.burgee(['tokens', 'create', '--kind', 'server', '--name', 'shop'], { env: none });
    expect(json<{ secret: string }>(key).secret).toMatch(/^bg_srv_/);
  });

  it('a pipeline’s token starts rollouts and does nothing else', async () => {
    await rig.burgee(['flags', 'create', 'piped']);
    const env = { BURGEE_TOKEN: rig.keys.pipeline };
    expect((await rig.burgee(['flags', 'kill', 'piped'], { env })).exit).toBe(2);
    expect(
      (await rig.burgee(['rollout', 'start', '--flag', 'piped', '--release', 'r1', '--plan', 'by-hand'], { env })).exit,
    ).toBe(0);
    expect(
      (
        await rig.burgee(['rollout', 'start', '--flag', 'piped', '--release', 'r1', '--plan', 'by-hand', '-e', 'staging'], {
          env,
        })
      ).exit,
    ).toBe(2);
  });

  it('override tokens are made and revoked, by pipelines in their environment too', async () => {
    await rig.burgee(['flags', 'create', 'peeked']);
    const create = ['overrides', 'create', '--flag', 'peeked=on', '--for', '10m', '--note', 'review'];
    const made = json<{ token: string; flags: object[]; expiresAt: number }>(await rig.burgee(create));
    expect(made.token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{86}$/);
    expect(made.flags).toEqual([{ flag: 'peeked', variant: 'on' }]);
    const text = await rig.burgee([...create, '--output', 'text']);
    expect(text.stdout).toMatch(/Serves peeked = on in production until .+Z\. This is the only time it is shown\.\n$/);
    const env = { BURGEE_TOKEN: rig.keys.pipeline };
    expect((await rig.burgee(create, { env })).exit).toBe(0);
    expect((await rig.burgee([...create, '-e', 'staging'], { env })).exit).toBe(2);
    expect((await rig.burgee(['overrides', 'create', '--flag', 'peeked'])).exit).toBe(2);
    expect((await rig.burgee(['overrides', 'create', '--flag', 'peeked=maybe'])).stderr).toContain('flags[0].variant');
    const key = async () => {
      const answer = await fetch(`${rig.url}/sdk/ruleset`, { headers: { authorization: `Bearer ${rig.keys.server}` } });
      return ((await answer.json()) as { ruleset: { overrideKey?: { id: string } } }).ruleset.overrideKey?.id;
    };
    expect(await key()).toBeTypeOf('string');
    expect(json(await rig.burgee(['overrides', 'revoke-all', '--reason', 'over']))).toEqual({ revoked: 'production' });
    expect(await key()).toBeUndefined();
  });

  it('tokens are made and revoked, passwords are reset', async () => {
    const made = json<{ token: { id: string }; secret: string }>(
      await rig.burgee(['tokens', 'create', '--kind', 'server', '--name', 'new']),
    );
    expect(made.secret).toMatch(/^bg_srv_/);
    const ask = () =>
      fetch(`${rig.url}/sdk/ruleset`, { headers: { authorization: `Bearer ${made.secret}` } }).then(({ status }) => status);
    expect(await ask()).toBe(200);
    expect((await rig.burgee(['tokens', 'revoke', made.token.id])).exit).toBe(0);
    expect(await ask()).toBe(401);
    expect(
      json<{ password: string }>(await rig.burgee(['users', 'reset-password', 'owner@example.com'])).password.length,
    ).toBeGreaterThanOrEqual(12);
    expect((await rig.burgee(['users', 'reset-password', 'nobody@example.com'])).exit).toBe(2);
  });
});
