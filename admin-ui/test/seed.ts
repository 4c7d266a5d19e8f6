import type { Session } from './session.ts';

const P = '/api/v1/projects/default';
const STATE = (flag: string, environment = 'production') => `${P}/environments/${environment}/flags/${flag}`;

type Row = readonly [name: string, kind: string, tags: readonly string[], production: number | null, development: number | null];

const FLAGS: readonly Row[] = [
  ['New checkout', 'release', ['checkout', 'payments'], 25, 100],
  ['Search ranking v3', 'experiment', ['search'], 50, 100],
  ['Express delivery', 'release', ['delivery'], 5, 100],
  ['Dark mode', 'release', ['design'], 100, 100],
  ['Invoice PDF rendering', 'operational', ['billing'], 100, 100],
  ['Partner API access', 'permission', ['api'], 12.5, 100],
  ['Recommendation carousel', 'experiment', ['home', 'search'], 10, 50],
  ['Stop e-mail sending', 'kill-switch', ['mail'], null, null],
  ['Two-step login', 'release', ['accounts', 'security'], 1, 100],
  ['Image compression level', 'operational', ['media'], null, 100],
  ['Gift cards', 'release', ['checkout'], null, 100],
  ['Address autocomplete', 'release', ['checkout', 'delivery'], 75, 100],
  ['Price alerts', 'release', ['mail'], null, 25],
  ['Warehouse routing', 'operational', ['delivery'], 98, 100],
  ['Loyalty points', 'experiment', ['accounts'], 0.5, 100],
  ['Product video', 'release', ['media'], 33.333, 100],
  ['Bulk order import', 'permission', ['api'], 2, 100],
  ['Local currencies', 'release', ['payments'], 40, 100],
  ['Review moderation', 'operational', ['community'], 100, 100],
  ['Instant refunds', 'release', ['payments'], null, 10],
  ['Saved baskets', 'release', ['checkout', 'accounts'], 60, 100],
  ['Store locator map', 'release', ['home'], 100, 100],
  ['Newsletter layout', 'experiment', ['mail', 'design'], 20, 100],
  ['Fraud screening', 'operational', ['payments', 'security'], 100, 100],
];

export const keyOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

async function turn(session: Session, flag: string, environment: string, percent: number, more: object = {}): Promise<void> {
  const { version } = await session.call<{ version: number }>('GET', STATE(flag, environment));
  const rules = [{ percent, by: 'default', serve: { variant: 'on' }, ...more }];
  await session.call('PATCH', STATE(flag, environment), { enabled: true, rules }, version);
}

/** A project as a shop has it after a few months: two dozen flags, a segment, conditions, a split, a kill. */
export async function seed(session: Session): Promise<void> {
  await session.call('POST', `${P}/segments`, {
    key: 'staff',
    name: 'Staff',
    when: { attribute: 'email', operator: 'ends_with', values: ['@example.com'] },
  });
  for (const [name, kind, tags, production, development] of FLAGS) {
    const key = keyOf(name);
    await session.call('POST', `${P}/flags`, { key, name, kind, tags });
    if (development !== null) await turn(session, key, 'development', development);
    if (production !== null) await turn(session, key, 'production', production);
  }
  await session.call('PATCH', `${P}/flags/new-checkout`, { description: 'One page instead of four, with saved cards.' }, 1);
  const { version } = await session.call<{ version: number }>('GET', STATE('search-ranking-v3'));
  const condition = {
    all: [
      { attribute: 'country', operator: 'in', values: ['DE', 'AT', 'CH'] },
      {
        any: [
          { attribute: 'plan', operator: 'in', values: ['pro'] },
          { attribute: 'seats', operator: 'num_gt', values: [10] },
        ],
      },
    ],
  };
  const rules = [
    { title: 'Colleagues', percent: 100, by: 'default', segments: [{ segment: 'staff' }], serve: { variant: 'on' } },
    { title: 'Large customers', percent: 50, by: 'companyId', when: condition, serve: { variant: 'on' } },
    {
      percent: 5,
      by: 'default',
      serve: {
        split: {
          weights: [
            { variant: 'on', weight: 700 },
            { variant: 'off', weight: 300 },
          ],
        },
      },
    },
  ];
  await session.call('PATCH', STATE('search-ranking-v3'), { rules }, version);
  await session.call('POST', `${STATE('local-currencies')}/kill`, { reason: 'Rounding is wrong for yen, INC-482' });
}
