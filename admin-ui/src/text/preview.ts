/** Texts of what a start would do. */
export const preview = {
  title: 'What it would do',
  loading: 'Working out what it would do',
  unknown: (why: string) => `What it would do cannot be told: ${why}`,
  stage: 'Stage',
  people: 'People',
  time: 'About',
  sees: 'The smallest harm that a guard sees there',
  skipped: 'It stands there already.',
  byHand: 'until a person goes on',
  notKnown: 'not known',
  unknownTime: 'How long it takes cannot be told.',
  whole: (length: string) => `About ${length} in all, if nothing is wrong.`,
  noTraffic: 'Nobody has evaluated it in the last day: people and times are not known.',
  day: (known: string) => `In the last day: ${known}.`,
  dayPeople: (n: string) => `${n} people`,
  daySpeed: (n: string) => `${n} a second`,
  dayFailing: (share: string) => `${share} of the work failed`,
  existing: (state: string, at: string) => `This release has a rollout already, ${state} at ${at}. Starting shows that one.`,
  refused: (why: string) => `It would not start: ${why}`,
} as const;

/** Texts of the evidence of a rollout as files, and of its replay. */
export const exports = {
  title: 'For the record',
  csv: 'Evidence as CSV',
  json: 'Evidence as JSON',
  replay: 'Recompute every decision',
  agrees: (rows: string, decisions: string) => `${rows} rows and ${decisions} decisions were made again from the log: all agree.`,
  differs: (n: string) => `${n} figures differ from what was recorded. Keep the evidence and tell whoever runs this server.`,
} as const;
