import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Recomputed, RolloutView } from '@burgee/server/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ran, type Rig, startRig } from './server.ts';

const ESC = '\u001b';
const CODE = new RegExp(`${ESC}\\[[\\d;?]*[A-Za-z]`, 'g');
let rig: Rig;
let sequence = 0;
const json = <T>(ran: Ran): T => JSON.parse(ran.stdout) as T;
const units = (n: number): Buffer => randomBytes(8 * n);

beforeAll(async () => {
  rig = await startRig();
  await rig.api('POST', '/api/v1/projects/default/plans', {
    key: 'half',
    name: 'Half',
    stages: [{ percent: 50, advance: 'manual', bakeMs: 0, maxHoldMs: 600_000 }],
    guards: [{ kind: 'outcomes', key: 'errors', action: 'revert', tolerated: 1 }],
    flushMs: 1_000,
  });
});
afterAll(() => rig.close());

async function started(flag: string): Promise<RolloutView> {
  await rig.burgee(['flags', 'create', flag]);
  const ran = await rig.burgee(['rollout', 'start', '--flag', flag, '--release', 'r1', '--plan', 'half']);
  expect(ran.stderr).toBe('');
  return json<{ rollout: RolloutView }>(ran).rollout;
}

/** What one application's SDK reports: 100 users with the new version, 100 without, so many of them failed. */
async function report(rollout: string, failed: { treatment: number; control: number }, app = 'shop'): Promise<void> {
  const arms = (['treatment', 'control'] as const).map((arm) => {
    const closed = units(100);
    const encoded = closed.toString('base64');
    return {
      arm,
      percent: 50,
      opened: '',
      closed: encoded,
      failed: closed.subarray(0, 8 * failed[arm]).toString('base64'),
      slow: [],
    };
  });
  sequence += 1;
  const response = await fetch(`${rig.url}/sdk/reports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rig.keys.server}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ schema: 1, instance: 'instance-0000000001', sequence, sdk: 'test/1', app, platform: 'node', revision: null },
      ...{ spanMs: 1_000, counts: [], sketches: [], work: null, attributes: [], rollouts: [{ rollout, arms, unattributed: 0 }] },
    }),
  });
  expect(response.status, await response.text()).toBe(202);
}

const wait = (id: string) => rig.burgee(['rollout', 'wait', id, '--timeout', '20s']);

describe('evidence', () => {
  it('of a revert is shown, is a table, and is made again', async () => {
    const { id } = await started('bad');
    const none = await rig.burgee(['rollout', 'evidence', id, '--output', 'text']);
    expect(none).toMatchObject({ exit: 0, stdout: 'No users have been reported yet.\n' });
    await report(id, { treatment: 30, control: 1 }, '=shop');
    expect((await wait(id)).exit).toBe(10);

    const evidence = json<{ batches: { n1: number; e1: number; n0: number; e0: number }[] }>(
      await rig.burgee(['rollout', 'evidence', id]),
    );
    expect(evidence.batches).toMatchObject([{ n1: 100, e1: 30, n0: 100, e0: 1 }]);
    const csv = await rig.burgee(['rollout', 'evidence', '--flag', 'bad', '--csv']);
    expect(csv.stdout).toMatch(
      /^seq,at,stage,percent,stratum,n1,e1,n0,e0,w,lnM,lnS,client,seen1,seen0,wanted\r\n1,\d{4}-[\d-]+T[\d:.]+Z,0,50,'=shop.*,100,30,100,1,0\.5,.*,false,100,100,0\.5\r\n$/,
    );
    const text = await rig.burgee(['rollout', 'evidence', id, '--output', 'text']);
    expect(text.stdout).toMatch(/^SEQ +TIME +PERCENT +FROM +KEY +WITH IT +FAILED +WITHOUT +FAILED +LN M +LN S\n1 /);

    const replay = await rig.burgee(['rollout', 'replay', id]);
    expect(replay.exit).toBe(0);
    expect(json<Recomputed>(replay)).toEqual({ agrees: true, batches: 1, decisions: 1, differences: [] });
    expect((await rig.burgee(['rollout', 'replay', id, '--output', 'text'])).stdout).toBe(
      'It agrees: 1 batch and 1 decision on evidence made again, every figure the same.\n',
    );
    expect((await rig.burgee(['rollout', 'replay', 'absent'])).exit).toBe(2);
    expect((await rig.burgee(['rollout', 'evidence'])).exit).toBe(2);
  });
});

describe('plans', () => {
  it('are listed and shown', async () => {
    const list = json<{ plans: { key: string }[] }>(await rig.burgee(['plans', 'list']));
    expect(list.plans.map(({ key }) => key)).toEqual(expect.arrayContaining(['standard', 'half']));
    const text = await rig.burgee(['plans', 'list', '--output', 'text']);
    expect(text.stdout).toMatch(/^KEY +NAME +STAGES +GUARDS\n[\s\S]*\nhalf +Half +50 100 +errors → revert\n$/);
    const shown = await rig.burgee(['plans', 'show', 'half', '--output', 'text']);
    expect(shown.stdout).toMatch(/^Half \(half\)\n[\s\S]*1 +50 % +a person, at least 0 s\n[\s\S]*at most 1 in 1,000 times/);
    expect(json(await rig.burgee(['plans', 'show', 'standard']))).toMatchObject({ key: 'standard', builtin: true });
    expect((await rig.burgee(['plans', 'show', 'absent'])).exit).toBe(2);
  });
});

describe('preview', () => {
  const preview = (...more: string[]) => rig.burgee(['rollout', 'preview', '--release', 'r1', '--plan', 'half', ...more]);

  it('says what a start would do, changes nothing, and exits as the start would', async () => {
    await rig.burgee(['flags', 'create', 'later']);
    const ran = await preview('--flag', 'later');
    expect(ran).toMatchObject({ exit: 0, stderr: '' });
    expect(json(ran)).toMatchObject({ preview: { wouldStart: true, stages: [{ percent: 50, people: null }] } });
    const { stdout } = await preview('--flag', 'later', '--output', 'text');
    expect(stdout).toMatch(/^later in production: 0 % to 100 % by plan Half, how long cannot be told\nNobody has evaluated it/);
    expect(stdout).toMatch(/\n +50 % +by a person +– +\? people\n +errors: unknown until applications report\n/);
    expect(stdout).toMatch(/\nIt would start\.\n$/);
    expect(json(await rig.burgee(['rollout', 'list']))).not.toMatchObject({ rollouts: [{ flag: 'later' }] });
    expect((await preview('--flag', 'absent')).exit).toBe(2);
    expect((await preview('--flag', 'later', '--plan', 'absent')).exit).toBe(2);
  });

  it('of a reverted release says that it would not start, with 10', async () => {
    const { id } = await started('refused');
    const again = await preview('--flag', 'refused', '--output', 'text');
    expect(again.stdout).toContain(`This release has a rollout already: ${id}`);
    await rig.burgee(['rollout', 'revert', id, '--reason', 'smoke']);
    const refused = await preview('--flag', 'refused', '--output', 'text');
    expect(refused.exit).toBe(10);
    expect(refused.stdout).toMatch(/It would not start: release r1 was reverted: smoke/);
  });
});

describe('status --watch', () => {
  it('says a line for each change where stdout is no terminal, and ends with the rollout', async () => {
    const { id } = await started('lines');
    const watching = rig.spawn(['rollout', 'status', id, '--watch']);
    await new Promise((done) => watching.child.stdout?.once('data', done));
    await rig.burgee(['rollout', 'advance', id]);
    const { exit, stdout } = await watching.ended;
    expect(exit).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d {2}(running|holding) at 50 %: /);
    expect(lines.at(-1)).toMatch(/ completed at 100 %: Completed after /);
    expect(stdout).not.toContain('\u001b');
  });

  it('is a document per change when JSON is asked for, and 10 after a revert', async () => {
    const { id } = await started('documents');
    const watching = rig.spawn(['rollout', 'status', id, '--watch', '--output', 'json']);
    await new Promise((done) => watching.child.stdout?.once('data', done));
    await rig.burgee(['rollout', 'revert', id, '--reason', 'smoke']);
    const { exit, stdout } = await watching.ended;
    expect(exit).toBe(10);
    const states = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { rollout: RolloutView }).rollout.state);
    expect(states.at(-1)).toBe('reverted');
  }, 60_000);

  it('leaves the rollout alone when it is stopped', async () => {
    const { id } = await started('stopped');
    const watching = rig.spawn(['rollout', 'status', id, '--watch']);
    await new Promise((done) => watching.child.stdout?.once('data', done));
    watching.child.kill('SIGINT');
    expect((await watching.ended).exit).toBe(0);
    expect(json(await rig.burgee(['rollout', 'status', id]))).not.toMatchObject({ rollout: { state: 'reverted' } });
  });

  it.skipIf(!hasScript())(
    'redraws in place on a terminal, in colour unless NO_COLOR',
    async () => {
      for (const noColour of [false, true]) {
        const { id } = await started(noColour ? 'plain' : 'coloured');
        await report(id, { treatment: 1, control: 1 });
        const burgee = `${process.execPath} ${join(import.meta.dirname, '../bin/burgee.js')} rollout status ${id} --watch`;
        const child = spawn('script', ['-qec', `stty cols 90 rows 40; ${burgee}`, '/dev/null'], {
          env: {
            ...{ PATH: process.env.PATH, TERM: 'xterm-256color', ...(noColour && { NO_COLOR: '1' }) },
            ...{ BURGEE_URL: rig.url, BURGEE_TOKEN: rig.keys.admin, BURGEE_ENVIRONMENT: 'production' },
          },
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        let shown = '';
        child.stdout.on('data', (chunk) => {
          shown += String(chunk);
        });
        const ended = new Promise<number | null>((done) => child.once('close', done));
        while (!/to revert/.test(shown)) await new Promise((done) => setTimeout(done, 50));
        await rig.burgee(['rollout', 'advance', id]);
        expect(await ended).toBe(0);
        expect(shown.startsWith(`${ESC}[?25l`)).toBe(true);
        expect(shown.trimEnd().endsWith(`${ESC}[?25h`)).toBe(true);
        expect(new RegExp(`${ESC}\\[(1|2|3\\d)m`).test(shown)).toBe(!noColour);
        const frames = shown.split(new RegExp(`${ESC}\\[\\d+A`)).map((frame) => frame.replaceAll(CODE, ''));
        expect(frames.length).toBeGreaterThan(1);
        expect(frames[0]).toMatch(/◉─+○/);
        expect(frames[0]).toMatch(/● (running|holding)/);
        expect(frames.at(-1)).toMatch(/●━+◉[\s\S]*100 %/);
        expect(frames.at(-1)).toContain('● completed');
        for (const line of frames.flatMap((frame) => frame.split('\r\n'))) {
          if (!line.includes('http')) expect([...line].length).toBeLessThanOrEqual(90);
        }
      }
    },
    60_000,
  );
});

function hasScript(): boolean {
  try {
    execFileSync('script', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('skipped: there is no script(1) to make a terminal with');
    return false;
  }
}
