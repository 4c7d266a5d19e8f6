import type { Condition } from '@burgee/engine';

/** A named, shared condition of a project. */
export interface Segment {
  readonly project: string;
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly when: Condition;
  /** Given at creation, never reused in the project. */
  readonly number: number;
  readonly createdAt: number;
}
