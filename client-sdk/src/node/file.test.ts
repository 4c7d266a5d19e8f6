import { mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { envelope } from '../../test/peer.ts';
import { flag, ruleset, until } from '../../test/rulesets.ts';
import { type Client, type ClientError, createClient } from './index.ts';

let folder: string;
let file: string;
const errors: ClientError[] = [];
const clients: Client[] = [];
const make = (options: object = {}): Client => {
  const client = createClient({ file, log: false, ...options });
  client.on('error', (error) => errors.push(error));
  clients.push(client);
  return client;
};
const write = (value: unknown): Promise<void> => writeFile(file, typeof value === 'string' ? value : JSON.stringify(value));

beforeEach(async () => {
  errors.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'burgee-file-'));
  file = join(folder, 'flags.json');
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await rm(folder, { recursive: true, force: true });
});

test('answers from the file and follows it, whatever its revision', async () => {
  await write(ruleset([flag('a')]));
  const client = make();
  expect(await client.ready({ timeout: 5_000 })).toEqual({ source: 'file', ready: true, revision: { epoch: 1, n: 1 } });
  expect(client.boolean('a', {}, false)).toBe(true);
  expect(client.status().connection).toBe('file');
  const changes: unknown[] = [];
  client.on('changed', ({ flags }) => changes.push(flags));
  await write(ruleset([flag('a'), flag('b')], { revision: { epoch: 1, n: 0 } }));
  await until(() => client.boolean('b', {}, false));
  expect(changes).toEqual([['b']]);
  await write(`\uFEFF${JSON.stringify(ruleset([flag('c')]), null, 2)}\n`);
  await until(() => client.boolean('c', {}, false));
  expect(client.boolean('b', {}, false)).toBe(false);
  expect(errors).toEqual([]);
});

test.each([
  ['half a file', JSON.stringify(ruleset([flag('b')])).slice(0, 200), /JSON/],
  ['another kind of JSON', '{"flags":{"b":true}}', /ruleset.schema must be 1/],
  [
    'a list of names as flags',
    JSON.stringify({ ...ruleset([]), flags: ['b'] }),
    /flags\[0\] must be an object with a text as key/,
  ],
  ['an envelope that was edited', envelope('ruleset', ruleset([flag('b')])).replace('"off"', '"of"'), /checksum does not match/],
  ['a delta', envelope('delta', { schema: 1, revision: { epoch: 1, n: 2 } }), /not a delta of schema 1/],
])('%s keeps the last good one and says why', async (_name, text, message) => {
  await write(ruleset([flag('a')]));
  const client = make();
  await client.ready({ timeout: 5_000 });
  await write(text);
  await until(() => errors.length > 0);
  expect(errors[0]).toMatchObject({ code: 'file', message: expect.stringMatching(message) });
  expect(client.boolean('a', {}, false)).toBe(true);
  expect(client.boolean('b', {}, false)).toBe(false);
  await write(ruleset([flag('b')]));
  await until(() => client.boolean('b', {}, false));
});

test('a flag that cannot be read is named, and the others work', async () => {
  await write(ruleset([flag('a'), flag('odd', { defaultVariant: 'none-such' })]));
  const client = make();
  await client.ready({ timeout: 5_000 });
  expect(client.boolean('a', {}, false)).toBe(true);
  expect(client.detail('odd', {}, true)).toMatchObject({ value: true, errorCode: 'PARSE_ERROR' });
  await until(() => errors.length > 0);
  expect(errors[0]?.message).toMatch(/1 flags answer their defaults: flag odd: /);
});

test('what the server gives for a ruleset is a file as it stands', async () => {
  await write(envelope('ruleset', ruleset([flag('a')])));
  expect((await make().ready({ timeout: 5_000 })).source).toBe('file');
});

test('a file that is not there yet, is replaced, deleted or linked anew is followed; meanwhile the last good one answers', async () => {
  const client = make({ bootstrap: ruleset([flag('boot')]) });
  expect((await client.ready({ timeout: 300 })).source).toBe('bootstrap');
  expect(errors[0]).toMatchObject({ code: 'file', message: expect.stringMatching(/ENOENT/) });
  expect(client.boolean('boot', {}, false)).toBe(true);
  await write(ruleset([flag('a')]));
  await until(() => client.boolean('a', {}, false));
  await writeFile(`${file}.new`, JSON.stringify(ruleset([flag('b')])));
  await rename(`${file}.new`, file);
  await until(() => client.boolean('b', {}, false));
  const before = errors.length;
  await unlink(file);
  await until(() => errors.length > before);
  expect(client.boolean('b', {}, false)).toBe(true);
  await writeFile(join(folder, 'mounted.json'), JSON.stringify(ruleset([flag('c')])));
  await symlink(join(folder, 'mounted.json'), file);
  await until(() => client.boolean('c', {}, false));
});

test('closed, it follows nothing and leaves no handle', async () => {
  await write(ruleset([flag('a')]));
  const before = process.getActiveResourcesInfo().filter((name) => name !== 'Timeout').length;
  const client = make();
  await client.ready({ timeout: 5_000 });
  await client.close();
  await write('{');
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(errors).toEqual([]);
  expect(client.boolean('a', {}, false)).toBe(true);
  expect(process.getActiveResourcesInfo().filter((name) => name !== 'Timeout').length).toBeLessThanOrEqual(before);
});
