import {
  IconActivity,
  IconBan,
  IconBell,
  IconChartLine,
  IconFlag,
  IconHistory,
  IconHome,
  IconKey,
  IconRadar,
  IconSettings,
  IconStairs,
  IconTestPipe,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';

/** Where one can go from everywhere, in the order of how often: what one works with, what it stands on, who works here. */
export const NAVIGATION = [
  [
    { name: 'home', to: '/projects/$project/home', icon: IconHome },
    { name: 'flags', to: '/projects/$project/flags', icon: IconFlag },
    { name: 'kills', to: '/projects/$project/kill-switches', icon: IconBan },
    { name: 'rollouts', to: '/projects/$project/rollouts', icon: IconActivity },
    { name: 'segments', to: '/projects/$project/segments', icon: IconUsersGroup },
    { name: 'playground', to: '/projects/$project/playground', icon: IconTestPipe },
  ],
  [
    { name: 'environments', to: '/projects/$project/environments', icon: IconKey },
    { name: 'sources', to: '/projects/$project/sources', icon: IconChartLine },
    { name: 'plans', to: '/projects/$project/plans', icon: IconStairs },
    { name: 'notices', to: '/projects/$project/notices', icon: IconBell },
    { name: 'discovered', to: '/projects/$project/discovered', icon: IconRadar },
  ],
  [
    { name: 'audit', to: '/projects/$project/audit', icon: IconHistory },
    { name: 'people', to: '/projects/$project/people', icon: IconUsers },
    { name: 'settings', to: '/projects/$project/settings', icon: IconSettings },
  ],
] as const;
