import { IconActivity, IconFlag, IconHistory } from '@tabler/icons-react';

/** Where one can go from everywhere, in the order of how often: what one works with, what it stands on, who works here. */
export const NAVIGATION = [
  [
    { name: 'flags', to: '/projects/$project/flags', icon: IconFlag },
    { name: 'rollouts', to: '/projects/$project/rollouts', icon: IconActivity },
  ],
  [{ name: 'audit', to: '/projects/$project/audit', icon: IconHistory }],
] as const;
