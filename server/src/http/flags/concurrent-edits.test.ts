import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlagState } from '../../domain/flag/flag.ts';
import { editState } from '../../domain/flag/state-decisions.ts';
import type { Change } from '../../domain/ports.ts';
import type { TestServer } from '../testing.ts';
import { createNounServer, PRODUCTION, PROJECT, seen } from '../testing-nouns.ts';
import { stateSubject, surroundings } from './state-subject.ts';

let server: TestServer;
let flags = 0;
beforeAll(async () => {
  server = await createNounServer();
});
afterAll(() => server.close());

type Answered = { state: FlagState; version: number };
async function newFlag(): Promise<string> {
  const key = `edited-${flags++}`;
  await server.call('POST', `${PROJECT}/flags`, { body: { key } });
  return key;
}
const read = async (key: string) => (await server.call<Answered>('GET', `${PRODUCTION}/${key}`)).body;

/**
 * Two editors add one rule after another, each from what it read last, in the order that `steps` says: who, and whether it
 * reads or writes. Returns the rules that were acknowledged and those that are there in the end. A careless editor says the
 * newest version in If-Match instead of the one it read.
 */
async function edit(steps: readonly (readonly [0 | 1, 'read' | 'write'])[], careless: boolean) {
  const key = await newFlag();
  const view = [await read(key), await read(key)];
  const acknowledged: string[] = [];
  let conflicts = 0;
  for (const [step, [who, what]] of steps.entries()) {
    if (what === 'read') {
      view[who] = await read(key);
      continue;
    }
    const { state, version } = view[who] as Answered;
    const title = `step ${step}`;
    const rules = [...state.rules, { title, percent: 1, serve: { variant: 'on' } }];
    const said = careless ? (await read(key)).version : version;
    const answer = await server.call<Answered>('PATCH', `${PRODUCTION}/${key}`, { body: { rules }, ...seen(said) });
    if (answer.status === 200) {
      acknowledged.push(title);
      view[who] = answer.body;
    } else {
      expect(answer.status).toBe(412);
      conflicts++;
    }
  }
  return { acknowledged, there: (await read(key)).state.rules.map(({ title }) => title), conflicts };
}

const steps = fc.array(fc.tuple(fc.constantFrom(0 as const, 1 as const), fc.constantFrom('read' as const, 'write' as const)), {
  minLength: 2,
  maxLength: 10,
});

describe('two editors', () => {
  it('never overwrite each other unseen, whatever the order', async () => {
    let conflicts = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (order) => {
        const outcome = await edit(order, false);
        expect(outcome.there).toEqual(outcome.acknowledged);
        conflicts += outcome.conflicts;
      }),
      { seed: 4_711, numRuns: 60 },
    );
    expect(conflicts).toBeGreaterThan(10);
  });

  it('would, if they did not say what they had read', async () => {
    const found = await fc.check(
      fc.asyncProperty(steps, async (order) => {
        const outcome = await edit(order, true);
        expect(outcome.there).toEqual(outcome.acknowledged);
      }),
      { seed: 4_711, numRuns: 60, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });

  it('of one version at once: one wins, the others are told', async () => {
    const key = await newFlag();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        server.call<Answered & { current: { version: number } }>('PATCH', `${PRODUCTION}/${key}`, {
          body: { rules: [{ title: `${index}`, percent: 1, serve: { variant: 'on' } }] },
          ...seen(1),
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const losers = answers.filter(({ status }) => status !== 200);
    expect(losers.map(({ status, body }) => [status, body.current.version])).toEqual(Array.from({ length: 9 }, () => [412, 2]));
  });

  it('of different flags at once do not disturb each other', async () => {
    const keys = await Promise.all(Array.from({ length: 10 }, newFlag));
    const answers = await Promise.all(
      keys.map((key) => server.call('PATCH', `${PRODUCTION}/${key}`, { body: { enabled: true }, ...seen(1) })),
    );
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
  });
});

describe('two changes that contradict each other', () => {
  /** Each flag is to need the other; both are decided from the same reading. */
  async function bothWays(): Promise<[Change, Change]> {
    const [one, two] = [await newFlag(), await newFlag()];
    const decide = async (flag: string, other: string): Promise<Change> => {
      const place = { project: 'default', environment: 'production', flag };
      const wanted = { prerequisites: [{ flag: other, variants: ['on'] }] };
      const by = { actor: { kind: 'user' as const, id: 'owner', name: 'Olive' }, at: 1 };
      const subject = await stateSubject(server.store, place);
      return editState(subject, wanted, await surroundings(server.store, place, wanted), by).change as Change;
    };
    return [await decide(one, two), await decide(two, one)];
  }

  it('are not both committed: the second is a conflict', async () => {
    const [first, second] = await bothWays();
    await server.store.commit(first);
    await expect(server.store.commit(second)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('would both be, if they did not touch the environment', async () => {
    const bare = (change: Change): Change => ({
      ...change,
      writes: change.writes.filter((write) => !('put' in write && write.put === 'environment')),
    });
    const [first, second] = await bothWays();
    await server.store.commit(bare(first));
    await expect(server.store.commit(bare(second))).resolves.toBeDefined();
  });
});
