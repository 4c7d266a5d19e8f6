import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Flag } from '@burgee/server/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Complaint, type Installed, install } from '../../client-sdk/test/installed.ts';
import { declarationOf } from '../src/typing/declaration.ts';
import { type Ran, type Rig, startRig } from './server.ts';

const SLOW = { timeout: 120_000 };
const MODES = { types: ['node'] };
const PROJECT = '/api/v1/projects/default';
const PRODUCTION = `${PROJECT}/environments/production`;

let rig: Rig;
let project: Installed;
beforeAll(async () => {
  [rig, project] = await Promise.all([startRig(), install()]);
  project.add(['@types/node', '@openfeature/core', '@openfeature/server-sdk']);
  const make = (body: object) => rig.api('POST', `${PROJECT}/flags`, body);
  await make({ key: 'new-checkout', name: 'New checkout', description: 'Fewer pages. */ oops(); @deprecated' });
  await make({ key: 'going' });
  const variants = (...values: unknown[]) => values.map((value, i) => ({ key: `v${i}`, value }));
  await make({ key: 'color', type: 'string', variants: variants('red', 'blue') });
  await make({ key: 'page-size', type: 'number', variants: variants(10, 50) });
  await make({ key: 'limits', type: 'json', variants: variants({ max: 10, hosts: ['a'] }, { max: 1, soft: true }) });
  const rules = [
    {
      percent: 100,
      serve: { variant: 'on' },
      when: {
        all: [
          { attribute: 'plan', operator: 'in', values: ['pro', 'team'] },
          { attribute: 'age', operator: 'num_gte', values: [18] },
          { attribute: 'since', operator: 'date_after', values: ['2030-01-01T00:00:00Z'] },
        ],
      },
    },
  ];
  await rig.api('PATCH', `${PRODUCTION}/flags/new-checkout`, { rules }, 1);
  const report = {
    ...{ schema: 1, instance: 'instance-0123456789', sequence: 1, sdk: 'burgee-node/0.1.0', app: 'shop', platform: 'node' },
    ...{ revision: null, spanMs: 1, counts: [], sketches: [], work: null, attributes: ['plan', 'odd "name"'], rollouts: [] },
  };
  const reported = await fetch(`${rig.url}/sdk/reports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rig.keys.server}`, 'content-type': 'application/json' },
    body: JSON.stringify(report),
  });
  expect(reported.status).toBe(202);
});
afterAll(async () => {
  project?.remove();
  await rig?.close();
});

const file = () => join(project.folder, 'flags.d.ts');
const generate = (...more: string[]): Promise<Ran> => rig.burgee(['types', '--out', file(), ...more]);
const check = (...more: string[]): Promise<Ran> => rig.burgee(['types', '--out', file(), '--check', ...more]);
/** Compiles code beside the generated file. Lines that end in `// wrong` must be complained about, no others. */
async function compile(code: string, options: object = MODES): Promise<Complaint[]> {
  const complaints = await project.compile({ 'flags.d.ts': readFileSync(file(), 'utf8'), 'use.ts': code }, options);
  const wrong = code.split('\n').flatMap((line, i) => (/\/\/ wrong$/.test(line) ? [`use.ts:${i + 1}`] : []));
  expect([...new Set(complaints.map((one) => `${one.file}:${one.line}`))], JSON.stringify(complaints)).toEqual(wrong);
  return complaints;
}

const USE = `
import { type Client, createClient, type Evaluator } from '@burgee/client-sdk/node';
import type { Context, FlagKey, FlagValue } from '@burgee/client-sdk/flags';
import { withFlags } from '@burgee/client-sdk/testing';

const flags: Client = createClient({ url: 'http://localhost:4400', key: 'k' });
const user = { targetingKey: 'u', plan: 'pro', age: 30, since: new Date(), 'never seen': {} };
const isNew: boolean = flags.boolean('new-checkout', user, false);
flags.boolean('new-chekout', user, false); // wrong
flags.boolean('color', user, false); // wrong
flags.boolean('new-checkout', user, 'off'); // wrong
const color: 'red' | 'blue' = flags.string('color', undefined, 'blue');
flags.string('color', user, 'green'); // wrong
if (color === 'green') console.log(isNew); // wrong
const size: number = flags.number('page-size', user, 25);
flags.number('page-size', user, '25'); // wrong
const limits = flags.json('limits', user, { max: size });
const host: string | undefined = limits.hosts?.[0];
limits.max = 3; // wrong
flags.json('limits', user, { max: 'ten' }); // wrong
limits.maximum; // wrong
const found = flags.detail('color', user, 'red');
if (found.variant === 'v0' && found.value === 'red') console.log(found.reason, host);
if (found.variant === 'v9') console.log(found); // wrong
flags.detail('color', user, false); // wrong
flags.boolean('new-checkout', { plan: 3 }, false); // wrong
flags.boolean('new-checkout', { plan: ['pro', 'team'], age: null }, false);
flags.boolean('new-checkout', { since: true }, false); // wrong
flags.run({ age: 'old' }, () => undefined); // wrong
flags.outcome({ plan: 'free' }, { error: true });
const view = flags.forRequest(user);
view.boolean('new-checkout', false);
view.boolean('none', false); // wrong
flags.boolean('going', user, false);
const key: FlagKey = 'color';
const noKey: FlagKey<'json'> = 'color'; // wrong
const value: FlagValue<'limits'> = { max: 1, soft: true };
const context: Context = { ...user, plan: key };
const asking: Evaluator = flags;
const anyKey: string = noKey;
asking.boolean(anyKey, context, false); // wrong
console.log(value);
const test: Client = withFlags({ 'new-checkout': ({ plan }) => plan === 'pro', color: 'blue' });
withFlags({ color: 'green' }); // wrong
withFlags({ 'new-chekout': true }); // wrong
withFlags().set('limits', { max: 'ten' }); // wrong
await test.close();
`;

describe('burgee types', () => {
  it('writes what the server has, and each wrong use does not compile', SLOW, async () => {
    const ran = await generate();
    expect([ran.exit, ran.stderr]).toEqual([0, '']);
    expect(JSON.parse(ran.stdout)).toMatchObject({ file: file(), written: true, flags: 5, attributes: 4 });
    const text = readFileSync(file(), 'utf8');
    for (const line of [
      "'age'?: Attribute<number>;",
      `'odd "name"'?: unknown;`,
      "'plan'?: Attribute<string>;",
      "'since'?: Attribute<Date | number | string>;",
      "'limits': { type: 'json'; value: { readonly 'hosts'?: readonly string[]; readonly 'max': number; readonly 'soft'?: boolean }; variant: 'v0' | 'v1' };",
      'Fewer pages. *\\/ oops(); \\@deprecated',
    ])
      expect(text).toContain(line);
    const complaints = await compile(USE);
    expect(complaints[0]?.message).toContain(`'"new-chekout"' is not assignable`);
  });

  it("compiles what the SDK's README shows, but for what it says does not", SLOW, async () => {
    const readme = readFileSync(new URL('../../client-sdk/README.md', import.meta.url), 'utf8');
    const code = /## Let the compiler know the flags\n[\s\S]*?```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const shown = code.replaceAll(/\/\/ does not compile.*$/gm, '// wrong');
    expect(shown.match(/\/\/ wrong$/gm)).toHaveLength(5);
    await compile(`${shown}console.log(color, limits);\n`);
  });

  it('turns a flag that is gone into an error, and says in CI that the file is out of date', SLOW, async () => {
    expect(await check()).toMatchObject({ exit: 0, stderr: '' });
    await rig.api('PATCH', `${PROJECT}/flags/going`, { archived: true }, 1);
    await rig.api('POST', `${PROJECT}/flags`, { key: 'coming' });
    const before = readFileSync(file(), 'utf8');
    const stale = await check();
    expect(stale.exit).toBe(1);
    expect(stale.stderr).toContain('out of date: run `burgee types --out');
    expect(stale.stderr).toContain("\n  + 'coming'\n  - 'going'\n");
    expect(JSON.parse(stale.stdout)).toMatchObject({
      error: { code: 'out_of_date', details: { added: ["'coming'"], removed: ["'going'"], changed: [] } },
      exit: 1,
    });
    expect(readFileSync(file(), 'utf8')).toBe(before);
    expect(JSON.parse((await generate()).stdout)).toMatchObject({ added: ["'coming'"], removed: ["'going'"] });
    expect((await check()).exit).toBe(0);
    await compile(USE.replace("flags.boolean('going', user, false);", '$& // wrong'));
  });

  it('does not fail a check for words, and leaves a file alone that is right', SLOW, async () => {
    const { mtimeMs } = statSync(file());
    expect(JSON.parse((await generate()).stdout)).toMatchObject({ written: false });
    expect(statSync(file()).mtimeMs).toBe(mtimeMs);
    writeFileSync(file(), readFileSync(file(), 'utf8').replace('Fewer pages', 'More pages'));
    expect(await check('--output', 'text')).toMatchObject({ exit: 0, stdout: expect.stringMatching(/up to date.*Descriptions/) });
    writeFileSync(file(), readFileSync(file(), 'utf8').replace('value: boolean', 'value: any'));
    expect((await check()).exit).toBe(1);
    expect(JSON.parse((await generate()).stdout)).toMatchObject({ written: true, changed: ["'coming'"] });
  });

  it('prints to stdout, the same whatever the token reaches', SLOW, async () => {
    const printed = await rig.burgee(['types']);
    expect([printed.exit, printed.stdout]).toEqual([0, readFileSync(file(), 'utf8')]);
    const pipeline = await rig.burgee(['types'], { env: { BURGEE_TOKEN: rig.keys.pipeline } });
    expect(pipeline.stdout).toBe(printed.stdout);
    const everywhere = await rig.burgee(['types'], { env: { BURGEE_ENVIRONMENT: '' } });
    expect(everywhere.stdout).toBe(printed.stdout.replace("environment 'production'", 'every environment'));
    const staging = await rig.burgee(['types', '--environment', 'staging']);
    expect(staging.stdout).toContain("'new-checkout'");
    expect(staging.stdout).not.toContain("'plan'");
  });

  it("declares the keys to OpenFeature's clients", SLOW, async () => {
    expect((await generate('--openfeature', '--no-sdk')).exit).toBe(0);
    await compile(
      `
import { OpenFeature } from '@openfeature/server-sdk';
const client = OpenFeature.getClient();
const isNew: boolean = await client.getBooleanValue('new-checkout', false);
await client.getBooleanValue('new-chekout', isNew); // wrong
await client.getStringValue('page-size', 'x'); // wrong
await client.getObjectValue('limits', { max: 1 });
`,
      { ...MODES, skipLibCheck: true },
    );
  });

  it.each([
    [['types', '--check'], 2, 'give --out'],
    [['types', '--no-sdk'], 2, '--openfeature'],
    [['types', '--environment', 'nowhere'], 2, 'nowhere'],
    [['types', '--out', '/none/such/flags.d.ts'], 2, '/none/such/flags.d.ts cannot be used'],
    [['types', '--out', 'missing.d.ts', '--check'], 1, 'missing.d.ts is not there yet'],
  ])('refuses %j with %i', async (args, exit, told) => {
    const ran = await rig.burgee(args);
    expect([ran.exit, ran.stderr]).toEqual([exit, expect.stringContaining(told)]);
    expect(existsSync('missing.d.ts')).toBe(false);
  });
});

describe('a project of 2,000 flags with odd keys', () => {
  it('compiles, and finds the wrong key among them', SLOW, async () => {
    const odd = ["it's", 'say "hi"', 'back\\slash', '名前 🚩', '*/ }', '__proto__', 'constructor', 'a\u202eb', '$`'];
    const keys = [...odd, ...Array.from({ length: 1_990 }, (_, i) => `flag-${i}`)];
    const types = ['boolean', 'string', 'number', 'json'] as const;
    const flags = keys.map((key, i): Flag => {
      const type = i < odd.length ? 'boolean' : (types[(i - odd.length) % 4] ?? 'boolean');
      const value = { boolean: true, string: key, number: i, json: { [key]: [i, key] } }[type];
      return {
        ...{ project: 'default', key, name: key, description: `*/ ${key}`, owner: null, tags: [], links: [], kind: 'release' },
        ...{ type, variants: [{ key: 'on', value }], browserAccess: 'none', lifetimeDays: 1, archived: false, createdAt: 0 },
      };
    });
    const subject = { project: 'default', environment: null, flags, attributes: [] };
    writeFileSync(file(), declarationOf(subject, { sdk: true, openfeature: false, now: Date.now() }));
    const right = odd.map((key) => `flags.boolean(${JSON.stringify(key)}, undefined, false);`).join('\n');
    await compile(`
import { createClient } from '@burgee/client-sdk/node';
const flags = createClient({ url: 'http://localhost:4400', key: 'k' });
${right}
flags.string('flag-1', undefined, 'flag-1');
flags.string('flag-1', undefined, 'flag-2'); // wrong
flags.boolean('flag-2000', undefined, false); // wrong
flags.json('flag-3', undefined, { 'flag-3': [1, 'x'] });
flags.json('flag-3', undefined, { 'flag-7': [] }); // wrong
`);
  });
});
