import type { FlagState } from '@burgee/server/api';
import type { TestServer } from './server.ts';
import type { Session } from './session.ts';

const HERE = '/api/v1/projects/default';

/** Reports evaluations of a flag as an application would: some of each rule, more of the default, over the last half hour. */
export async function reportUsage(server: TestServer, session: Session, flag: string, environment = 'production'): Promise<void> {
  const token = { kind: 'server', name: `usage of ${flag}`, environment };
  const { secret } = await session.call<{ secret: string }>('POST', `${HERE}/tokens`, token);
  const { state } = await session.call<{ state: FlagState }>('GET', `${HERE}/environments/${environment}/flags/${flag}`);
  for (let n = 0; n < 20; n++) {
    const counts = [
      ...state.rules.map(({ id }, index) => ({ flag, rule: id, variant: 'on', count: 20 + 7 * index + ((n * 13) % 17) })),
      { flag, rule: null, variant: 'off', count: 90 + ((n * 31) % 60) },
    ];
    const report = {
      ...{
        schema: 1,
        instance: `ui-usage-${flag}-${String(n).padStart(8, '0')}`,
        sequence: 1,
        sdk: 'burgee-node/0.1.0',
        app: 'shop',
      },
      ...{ platform: 'node', revision: null, spanMs: 1000 + n * 180_000, counts, sketches: [], work: null },
      ...{ attributes: ['country', 'plan', 'seats', 'email'], rollouts: [] },
    };
    const answer = await fetch(`${server.url}/sdk/reports`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(report),
    });
    if (answer.status !== 202) throw new Error(`report: ${answer.status} ${await answer.text()}`);
  }
}
