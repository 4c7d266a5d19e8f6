import type { Candidate } from './candidate.ts';

// loaded one by one: a process that measures one of them must not hold the others
const loaders = {
  burgee: async () => (await import('./candidates/burgee.ts')).burgee,
  floor: async () => (await import('./candidates/floor.ts')).floor,
  flagd: async () => (await import('./candidates/flagd.ts')).flagd,
  launchdarkly: async () => (await import('./candidates/launchdarkly.ts')).launchdarkly,
  growthbook: async () => (await import('./candidates/growthbook.ts')).growthbook,
  unleash: async () => (await import('./candidates/unleash.ts')).unleash,
  configcat: async () => (await import('./candidates/configcat.ts')).configcat,
  featurevisor: async () => (await import('./candidates/featurevisor.ts')).featurevisor,
  statsig: async () => (await import('./candidates/statsig.ts')).statsig,
} satisfies Readonly<Record<string, () => Promise<Candidate>>>;

export type CandidateId = keyof typeof loaders;

/** Ours, what it is measured against, and the peers: other people's clients. */
export const candidateIds = Object.keys(loaders) as readonly CandidateId[];

export const load = (id: CandidateId): Promise<Candidate> => loaders[id]();
