import { addToSketch, createSketch, encodeSketch, murmur3 } from '@burgee/engine';
import type { Monitoring } from './monitoring.ts';
import type { TestServer } from './server.ts';
import type { Session } from './session.ts';

const P = '/api/v1/projects/default';

/** What an application reports: flags that nobody made, and whom a rule met. */
export async function sendReport(server: TestServer, secret: string, more: object, sequence = 1): Promise<void> {
  const report = {
    ...{ schema: 1, instance: 'admin-seed-0000000000', sequence, sdk: 'burgee-node/0.1.0', app: 'shop', platform: 'node' },
    ...{ revision: null, spanMs: 500, counts: [], sketches: [], work: null, attributes: ['country', 'plan'], rollouts: [] },
    ...more,
  };
  const answer = await fetch(`${server.url}/sdk/reports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(report),
  });
  if (answer.status !== 202) throw new Error(`report: ${answer.status} ${await answer.text()}`);
}

function sketchOf(people: number): string {
  const sketch = createSketch();
  for (let n = 0; n < people; n++) addToSketch(sketch, murmur3(`user-${n}`, 0));
  return encodeSketch(sketch);
}

/** What stands around flags after a few months: segments, keys, sources, plans, notices, people, and what nobody made. */
export async function seedAdmin(server: TestServer, session: Session, monitoring: Monitoring): Promise<void> {
  const post = <T = unknown>(path: string, body: unknown) => session.call<T>('POST', path, body);
  for (const [key, name, when] of [
    ['beta-testers', 'Beta testers', { attribute: 'groups', operator: 'in', values: ['beta'] }],
    [
      'large-customers',
      'Large customers',
      {
        all: [
          { attribute: 'seats', operator: 'num_gte', values: [50] },
          { attribute: 'plan', operator: 'in', values: ['pro', 'enterprise'] },
        ],
      },
    ],
    ['dach', 'German-speaking countries', { attribute: 'country', operator: 'in', values: ['DE', 'AT', 'CH', 'LI'] }],
    ['old-apps', 'Old mobile apps', { attribute: 'appVersion', operator: 'semver_lt', values: ['4.2.0'] }],
  ] as const)
    await post(`${P}/segments`, { key, name, when, description: key === 'dach' ? 'Where prices carry 19 to 20 % VAT.' : '' });
  await post(`${P}/environments`, { key: 'staging', name: 'Staging' });
  await session.call('PATCH', `${P}/environments/production`, { description: 'What customers see. Changes ask once.' });
  const keys = [
    ['server', 'shop backend', 'production'],
    ['client', 'shop website', 'production'],
    ['pipeline', 'deploy on GitHub', 'production'],
    ['server', 'shop backend', 'staging'],
    ['server', 'everybody’s laptop', 'development'],
  ] as const;
  let secret = '';
  for (const [kind, name, environment] of keys) {
    const origins = kind === 'client' ? { origins: ['https://shop.example', 'https://www.shop.example'] } : {};
    const made = await post<{ secret: string }>(`${P}/tokens`, { kind, name, environment, ...origins });
    if (secret === '') secret = made.secret;
  }
  await post('/api/v1/tokens', { name: 'command line on ada’s machine', expiresAt: Date.now() + 90 * 86_400_000 });
  await post(`${P}/metric-sources`, { key: 'shop-stats', name: 'Shop statistics', type: 'json', url: `${monitoring.url}/stats` });
  await post(`${P}/metric-sources`, { key: 'broken', name: 'Old statistics', type: 'json', url: `${monitoring.url}/broken` });
  await post(`${P}/metric-sources`, {
    ...{ key: 'prometheus', name: 'Prometheus', type: 'prometheus', url: 'https://prometheus.example' },
    headers: [{ name: 'Authorization', value: { env: 'BURGEE_SECRET_PROMETHEUS' } }],
  });
  await post(`${P}/plans`, {
    key: 'office-hours',
    name: 'Office hours',
    description: 'For the checkout: slow, and never at night or over the weekend.',
    stages: [
      { percent: 1, advance: 'time', bakeMs: 600_000 },
      { percent: 10, advance: 'evidence', bakeMs: 1_800_000 },
      { percent: 50, advance: 'evidence', bakeMs: 3_600_000 },
      { percent: 95, advance: 'manual', bakeMs: 3_600_000 },
    ],
    guards: [
      { kind: 'outcomes', key: 'outcomes' },
      { kind: 'latency', key: 'latency', action: 'back', tolerated: 1.2 },
      { kind: 'query', key: 'payments', action: 'pause', source: 'shop-stats', errors: '/errors', total: '/total', limit: 0.02 },
    ],
    holdback: 5,
    freeze: [{ days: ['fri', 'sat', 'sun'], from: '16:00', to: '08:00', timeZone: 'Europe/Berlin' }],
  });
  await post(`${P}/notice-routes`, {
    ...{ key: 'on-call', name: 'On call', target: { kind: 'webhook', url: `${monitoring.url}/hook` } },
    ...{ events: ['rollout.paused', 'rollout.reverted', 'flag.killed'], environments: ['production'] },
  });
  await post(`${P}/notice-routes`, {
    ...{ key: 'product', name: 'Product channel', target: { kind: 'slack', url: `${monitoring.url}/broken` } },
  });
  for (const [email, name, role] of [
    ['bo@example.com', 'Bo Lund', 'editor'],
    ['cy@example.com', 'Cy Moreau', 'editor'],
    ['dee@example.com', 'Dee Okafor', 'viewer'],
  ]) {
    const { user } = await post<{ user: { id: string } }>('/api/v1/users', { email, name, role });
    if (name === 'Cy Moreau') await post(`/api/v1/users/${user.id}/invitation`, undefined);
    if (role === 'viewer') await session.call('PATCH', `/api/v1/users/${user.id}`, { disabled: true }, 1);
  }
  const at = `${P}/environments/production/flags/gift-cards`;
  const { version } = await session.call<{ version: number }>('GET', at);
  const rules = [{ id: 'staff-first', percent: 40, by: 'default', segments: [{ segment: 'staff' }], serve: { variant: 'on' } }];
  await session.call('PATCH', at, { rules }, version);
  await sendReport(server, secret, {
    sketches: [{ flag: 'gift-cards', rule: 'staff-first', registers: sketchOf(1240) }],
    unknown: [
      { flag: 'checkout-v3', type: 'boolean', fallback: 'false', count: 1840 },
      { flag: 'search-depth', type: 'number', fallback: '3', count: 96 },
      { flag: 'hero-text', type: 'string', fallback: '"Summer sale"', count: 12 },
      { flag: 'OldCheckout', type: 'boolean', fallback: 'true', count: 5 },
    ],
  });
}
