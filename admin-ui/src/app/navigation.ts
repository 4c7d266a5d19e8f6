import { IconActivity, IconBan, IconFlag, IconHistory, IconHome, IconTestPipe } from '@tabler/icons-react';

/** Where one can go from everywhere, in the order of how often: what one works with, what it stands on, who works here. */
export const NAVIGATION = [
  [
    { name: 'home', to: '/projects/$project/home', icon: IconHome, IconTestPipe },
    { name: 'flags', to: '/projects/$project/flags', icon: IconFlag },
    { name: 'kills', to: '/projects/$project/kill-switches', icon: IconBan },
    { name: 'rollouts', to: '/projects/$project/rollouts', icon: IconActivity },
    { name: 'playground', to: '/projects/$project/playground', icon: IconTestPipe },
  ],
  [{ name: 'audit', to: '/projects/$project/audit', icon: IconHistory }],
] as const;
