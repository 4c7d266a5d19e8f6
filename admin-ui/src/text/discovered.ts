/** Texts of discovered flags. */
export const discovered = {
  title: 'Discovered flags',
  lead: 'Keys that applications ask for and nobody has made: new code before its flag, or old code after it. They leave 30 days after the last question.',
  search: 'Search discovered flags',
  empty: 'Nothing is asked for in vain',
  emptyText: 'When an application asks for a flag that is not there, it appears here with the default that the code gave.',
  columns: { flag: 'Key', fallback: 'Default in the code', count: 'Asked', where: 'Where', last: 'Last asked' },
  times: (n: string) => `${n}×`,
  unknown: 'not reported',
  in: (environment: string, apps: string) => (apps === '' ? environment : `${environment} · ${apps}`),
  create: 'Create',
  createOne: (flag: string) => `Create ${flag}`,
  cannot: 'Flags made here have small letters, digits, dot, dash and underscore: change the key in the code.',
  dismiss: {
    action: 'Dismiss',
    one: (flag: string) => `Dismiss ${flag}`,
    title: (flag: string) => `Dismiss ${flag}`,
    text: 'It is hidden in every environment for as long as it goes on being asked for. The code goes on getting its own default.',
    done: (flag: string) => `${flag} is dismissed.`,
  },
} as const;
