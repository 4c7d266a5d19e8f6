/** Texts of people, of somebody's own account, and of invitations. */
export const people = {
  title: 'People',
  lead: 'Everybody who can log in, and what they may do.',
  noAccess: 'Only admins see who can log in. Ask one of them to change your role.',
  search: 'Search people',
  invite: 'Invite somebody',
  columns: { name: 'Person', role: 'Role', state: 'State', since: 'Since' },
  you: 'you',
  open: (name: string) => `Open ${name}`,
  roles: { viewer: 'Viewer', editor: 'Editor', admin: 'Admin' },
  roleHints: {
    viewer: 'Sees everything but keys and people, and changes nothing.',
    editor: 'Changes flags, segments, rollouts, plans, sources and notices, and kills.',
    admin: 'All of that, and environments, keys, projects and people.',
  },
  states: { active: 'active', invited: 'link not used yet', disabled: 'disabled' },
  until: (time: string) => `link good until ${time}`,
  form: {
    title: 'Invite somebody',
    email: 'E-mail',
    emailHint: 'They log in with it. Nothing is sent: you get a link to hand over.',
    name: 'Name',
    role: 'Role',
    submit: 'Make the link',
  },
  link: {
    title: (name: string) => `A link for ${name}`,
    text: (until: string) =>
      `Whoever opens it chooses the password of this account. It works once, until ${until}. Hand it over yourself, where only they read it.`,
    make: 'New link to choose a password',
    makeText:
      'For an invitation that got lost or a password that was forgotten. An earlier link no longer works; the present password works until another is chosen.',
  },
  saved: (name: string) => `${name} is saved.`,
  ends: 'Another role or being disabled ends all their sessions at once.',
  disabled: 'May not log in',
  disabledHint: 'What they made stays. They can be let in again.',
  changes: { name: 'Name', role: 'Role', state: 'State' },
  self: 'This is you: another admin must change your role or disable you.',
} as const;

export const invitation = {
  title: 'Welcome to Burgee',
  intro: 'Choose a password for your account.',
  email: 'E-mail',
  password: 'Password',
  passwordHint: 'At least 12 characters.',
  submit: 'Choose it and log in',
  broken: 'This link is not whole. Copy all of it, or ask for another.',
} as const;

export const profile = {
  title: 'Your account',
  password: {
    title: 'Password',
    current: 'Present password',
    next: 'New password',
    hint: 'At least 12 characters. Every other session of yours ends.',
    submit: 'Change the password',
    done: 'Your password is changed; every other session has ended.',
  },
  sessions: {
    title: 'Sessions',
    lead: 'Where you are logged in. A session ends after 8 hours without use and after a week.',
    columns: { browser: 'Browser', since: 'Since', seen: 'Last seen' },
    current: 'this one',
    unknown: 'a browser that does not say its name',
    on: (browser: string, system: string) => `${browser} on ${system}`,
    end: 'End',
    endOne: (browser: string) => `End the session in ${browser}`,
    endOthers: 'End all others',
    ended: 'Ended.',
    alone: 'You are logged in nowhere else.',
  },
  tokens: {
    title: 'Your tokens',
    lead: 'Tokens for everything that you made, for scripts and the command line.',
    none: 'You have made none.',
    create: 'New token',
    noAccess: 'Your role makes no tokens: the command line and scripts need one that an admin makes.',
  },
} as const;

export const settings = {
  title: 'Settings',
  project: {
    title: 'Project',
    lead: (key: string) => `Its key is ${key}; code and addresses use it, so it stays.`,
    save: 'Save',
    saved: 'Saved.',
    viewer: 'Only admins change these.',
    changes: { name: 'Name', description: 'The description changes' },
  },
  look: {
    title: 'How it looks',
    lead: 'In this browser only.',
    theme: 'Colours',
    density: 'Density',
    densities: { comfortable: 'Comfortable', compact: 'Compact' },
    densityHint: 'Compact shows more rows of a list at once.',
  },
} as const;
