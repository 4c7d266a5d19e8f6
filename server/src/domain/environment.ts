import type { OverrideKey as PublicKey } from '@burgee/engine';

/** A team's flags. */
export interface Project {
  readonly key: string;
  readonly name: string;
  /** What it is, for people; absent: nobody has said. */
  readonly description?: string;
  readonly createdAt: number;
  /** The number that the next segment gets. */
  readonly nextSegment: number;
}

/** The key of an environment's override tokens, without the half that signs. */
export interface OverrideKey extends PublicKey {
  readonly createdAt: number;
}

/** A place where a project runs. Its revision is kept by the store beside it. */
export interface Environment {
  readonly project: string;
  readonly key: string;
  readonly name: string;
  /** What it is for; absent: nobody has said. */
  readonly description?: string;
  /** Position in lists; production last. */
  readonly order: number;
  readonly createdAt: number;
  /** Absent until the first override token is made, and after all were revoked. */
  readonly overrideKey?: OverrideKey;
}
