import type { Flag, FlagState } from '../../domain/flag/flag.ts';
import type { TestServer } from '../testing.ts';

/** A boolean flag of the project `default` that is on in these environments, with one rule, `everyone`, at a percent. */
export async function addFlag(server: TestServer, key: string, environments: readonly string[], percent = 0): Promise<void> {
  const variants = [
    { key: 'on', value: true },
    { key: 'off', value: false },
  ];
  const flag: Flag = {
    ...{
      project: 'default',
      key,
      name: key,
      description: '',
      owner: null,
      tags: [],
      links: [],
      kind: 'release',
      type: 'boolean',
    },
    ...{ variants, browserAccess: 'none', lifetimeDays: null, archived: false, createdAt: 0 },
  };
  const rules = [{ id: 'everyone', percent, by: 'default', serve: { variant: 'on' } }];
  const state = (environment: string): FlagState => ({
    ...{ project: 'default', environment, flag: key, enabled: true, killed: null, prerequisites: [], rules },
    ...{ defaultVariant: 'off', offVariant: 'off' },
  });
  await server.store.commit({
    environments: environments.map((environment) => ({ project: 'default', environment })),
    writes: [
      { put: 'flag', entity: flag, basedOn: null },
      ...environments.map((environment) => ({ put: 'state' as const, entity: state(environment), basedOn: null })),
    ],
    audit: [],
  });
}
