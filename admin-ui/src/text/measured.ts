/** Texts of what a rollout's arms show; they load with its page. */
export const measured = {
  title: 'What was measured',
  choose: 'What to look at',
  tabs: { errors: 'Error rate', latency: 'Latency', exposures: 'Exposure share' },
  people: (some: string, all: string) => `${some} of ${all} people`,

  slower: (ms: string) => `Slower than ${ms}\u00a0ms`,
  slow: (slow: string, units: string) => `${slow} of ${units} slower`,
  slowColumn: 'Slower',
  slowChart: (ms: string) => `Share of people whose work took longer than ${ms}\u00a0ms, with the change and without`,
  slowCaption:
    'Share of people whose work took longer than the limit, of those for whom it had not before: everyone counts until the first time. The band is where the true share lies with 95 % confidence.',
  noLatencyGuard: 'This plan has no latency guard, so latency is not measured.',
  noLatency: 'No latencies yet',
  noLatencyText: 'They appear once an SDK reports how long work inside this rollout took.',

  share: 'Share that got the change, this stage',
  wanted: 'Wanted',
  sharesChart:
    'Share of the people met in a stage that got the change, since the stage began, against the share that its percent should give',
  sharesCaption:
    'Of the people whose work was reported since a stage began, the share that got the change, against what the stage’s percent should give. The band is where the true share lies with 95 % confidence; it narrows as people come. The axis spreads both ends out, so that 1\u00a0% and 2\u00a0% can be told apart.',
  split: {
    none: 'Nobody has met this stage yet, so the split is not judged.',
    agrees: 'The split is as wanted: what differs is luck.',
    differs:
      'The arms are not split as the percent should split them. Nothing that compares them can be trusted, so nothing advances.',
    odds: (odds: string, bar: string) => `Evidence against the wanted split: ${odds} · holds at ${bar}`,
  },
  table: { stage: 'Percent', got: 'Got the change', people: 'People', share: 'Share', wanted: 'Wanted', band: '95 % band' },
} as const;
