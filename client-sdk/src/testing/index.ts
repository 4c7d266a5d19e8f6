export type { TestFlag, TestFlags } from './test-flags.ts';
export { type TestClient, type TestEvaluation, withFlags } from './with-flags.ts';
export type { TestOutcome } from './works.ts';
