/** Texts of the palette and of the list of shortcuts. */
export const palette = {
  label: 'Search everything',
  placeholder: 'A flag, a rollout, a segment, a screen; “kill …” to kill',
  found: 'What was found',
  none: 'Nothing has this in its name or key.',
  newFlag: 'New flag',
  kill: (name: string) => `Kill ${name}`,
  kinds: { screen: 'Go to', flag: 'Flag', rollout: 'Rollout', segment: 'Segment', kill: 'Kill', make: 'Make' },
} as const;

export const shortcuts = {
  title: 'Shortcuts',
  everywhere: 'Everywhere',
  go: 'Go to',
  next: 'then',
  list: [
    { keys: ['mod', 'K'], does: 'Search everything' },
    { keys: ['/'], does: 'Search this list' },
    { keys: ['?'], does: 'Show these shortcuts' },
    { keys: ['Esc'], does: 'Close what is open' },
    { keys: ['N'], does: 'New flag' },
  ],
} as const;
