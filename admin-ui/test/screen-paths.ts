/** A screen as it is looked at: where it is, and what is there once it is whole. */
export interface ScreenPath {
  readonly name: string;
  /** Below `/projects/default`, or from the root where it begins with `//`. */
  readonly path: string;
  /** A text that shows it has been loaded. */
  readonly shown: string;
  /** Looked at by nobody in particular. */
  readonly loggedOut?: true;
  /** Keys pressed, and buttons clicked by their name, once it is there. */
  readonly after?: readonly ({ readonly press: string } | { readonly click: string })[];
}

/** Every screen, in the order of the navigation. `rollout` is a rollout's id in production. */
export const screenPaths = (rollout: string): readonly ScreenPath[] => [
  { name: 'login', path: '//login', shown: 'Log in', loggedOut: true },
  { name: 'home', path: '/home', shown: 'Recent changes' },
  { name: 'flags', path: '/flags', shown: 'Gift cards' },
  { name: 'flag-new', path: '/flags?new=true', shown: 'Gift cards' },
  { name: 'flag', path: '/flags/search-ranking-v3?env=production', shown: 'Large customers' },
  { name: 'flag-killed', path: '/flags/local-currencies?env=production', shown: 'Rounding is wrong for yen' },
  { name: 'kill-switches', path: '/kill-switches', shown: 'Every other flag that is on' },
  { name: 'rollouts', path: '/rollouts', shown: 'gift-cards' },
  { name: 'rollout', path: `/environments/production/rollouts/${rollout}`, shown: 'Timeline' },
  {
    name: 'rollout-start',
    path: '/flags/express-delivery?env=production',
    shown: 'Express delivery',
    after: [{ click: 'Start a rollout' }],
  },
  { name: 'segments', path: '/segments', shown: 'Staff' },
  { name: 'segment', path: '/segments/staff', shown: 'Staff' },
  { name: 'playground', path: '/playground', shown: 'Gift cards' },
  { name: 'environments', path: '/environments', shown: 'production' },
  { name: 'sources', path: '/sources', shown: 'Shop statistics' },
  { name: 'plans', path: '/plans', shown: 'Office hours' },
  { name: 'plan', path: '/plans/office-hours', shown: 'Office hours' },
  { name: 'notices', path: '/notices', shown: 'killed local-currencies' },
  { name: 'discovered', path: '/discovered', shown: 'checkout-v3' },
  { name: 'audit', path: '/audit', shown: 'Environment staging created.' },
  { name: 'people', path: '/people', shown: 'Bo Lund' },
  { name: 'settings', path: '/settings', shown: 'Compact' },
  { name: 'profile', path: '//profile', shown: 'this one' },
  { name: 'palette', path: '/home', shown: 'Recent changes', after: [{ press: 'Control+k' }] },
  { name: 'shortcuts', path: '/home', shown: 'Recent changes', after: [{ press: '?' }] },
];
