/** Where the boxes meet. The domain decides; what is here is done by an adapter that the composition root picks. */
import type { Override, Report, Revision } from '@burgee/engine';
import type { Actor, Session, Token, User } from './access/access.ts';
import type { SigningKey } from './access/signing-key.ts';
import type { AuditEntry, AuditRecord } from './audit.ts';
import type { Environment, Project } from './environment.ts';
import type { DiscoveredFlag } from './flag/discovered.ts';
import type { Flag, FlagState } from './flag/flag.ts';
import type { ScheduledChange } from './flag/scheduled.ts';
import type { Segment } from './flag/segment.ts';
import type { QueryState } from './guard/evidence.ts';
import type { QueryGuard, Sample } from './guard/guard.ts';
import type { Notice, NoticeRecord, NoticeRoute } from './notice/notice.ts';
import type { ArmMinute, Batch, Plan, Rollout, RolloutState } from './rollout/rollout.ts';

/** A system that guards read: its address and secrets. Secrets are named, never stored: `{ env: NAME }`. */
export interface MetricSource {
  readonly project: string;
  readonly key: string;
  readonly name: string;
  readonly type: 'prometheus' | 'json';
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string | { readonly env: string } }[];
  readonly timeoutMs: number;
}

/** Everything the store keeps as versioned entities, and the key of each. */
export interface Entities {
  project: Project;
  environment: Environment;
  flag: Flag;
  state: FlagState;
  segment: Segment;
  user: User;
  session: Session;
  token: Token;
  plan: Plan;
  source: MetricSource;
  rollout: Rollout;
  noticeRoute: NoticeRoute;
  scheduled: ScheduledChange;
  signingKey: SigningKey;
  discovered: DiscoveredFlag;
}
export type Kind = keyof Entities;

/** The properties that identify an entity; other properties of `where` that `list` accepts are in FILTERS. */
export const KEYS = {
  project: ['key'],
  environment: ['project', 'key'],
  flag: ['project', 'key'],
  state: ['project', 'environment', 'flag'],
  segment: ['project', 'key'],
  user: ['id'],
  session: ['id'],
  token: ['id'],
  plan: ['project', 'key'],
  source: ['project', 'key'],
  rollout: ['project', 'environment', 'id'],
  noticeRoute: ['project', 'key'],
  scheduled: ['project', 'environment', 'id'],
  signingKey: ['id'],
  discovered: ['project', 'environment', 'flag'],
} as const satisfies { [K in Kind]: readonly (keyof Entities[K])[] };

/** Properties beside the key that can be filtered by; those marked unique are held unique by the database. */
export const FILTERS = {
  project: [],
  environment: [],
  flag: [],
  state: [],
  segment: [],
  user: ['email'], // unique
  session: ['user'],
  token: ['hash', 'project', 'environment', 'kind'], // hash unique
  plan: [],
  source: [],
  rollout: ['flag', 'rule', 'release', 'state'],
  noticeRoute: [],
  scheduled: ['flag', 'state'],
  signingKey: [],
  discovered: [],
} as const satisfies { [K in Kind]: readonly (keyof Entities[K])[] };

export type KeyOf<K extends Kind> = { readonly [P in (typeof KEYS)[K][number] & keyof Entities[K]]: Entities[K][P] };
export type Where<K extends Kind> = Partial<{
  readonly [P in ((typeof KEYS)[K][number] | (typeof FILTERS)[K][number]) & keyof Entities[K]]: Entities[K][P];
}>;

/** An entity as it was read: `version` starts at 1 and counts its changes. */
export interface Stored<T> {
  readonly version: number;
  readonly entity: T;
}

/**
 * One write of a change. `basedOn` is the version that the decision saw: null, the entity must not exist (else `exists`, as for a
 * unique property that is taken); `'any'`, whatever it is. A different version there is a `conflict`.
 */
export type Write = {
  [K in Kind]:
    | { readonly put: K; readonly entity: Entities[K]; readonly basedOn: number | null | 'any' }
    | { readonly remove: K; readonly key: KeyOf<K>; readonly basedOn: number | 'any' };
}[Kind];

/** Reports of a rollout's units that this change turns into evidence, in one transaction with it. */
export interface Fold {
  /** Store ids of the reports, as `unfolded` gave them; each can be folded once, ever. */
  readonly reports: readonly number[];
  readonly batches: readonly Batch[];
}

/**
 * What a decision wants to become true, all or nothing. The environments named in `environments` are locked first, in key
 * order, and each gets its next revision. Reading before and committing after is safe: a moved version is a conflict.
 */
export interface Change {
  readonly environments: readonly { readonly project: string; readonly environment: string }[];
  readonly writes: readonly Write[];
  readonly audit: readonly AuditEntry[];
  /** What people are told of it, in one transaction with it. */
  readonly notices?: readonly Notice[];
  /** The controller's commits: refused with `conflict` unless this owner still holds this fencing token and the lease runs. */
  readonly fence?: { readonly rollout: string; readonly owner: string; readonly token: number };
  /** Raise this rollout's fencing token, so that an advance in flight fails (reverts). */
  readonly breakLease?: string;
  readonly fold?: Fold;
}

/** A change that is durable. */
export interface Committed {
  readonly at: number;
  readonly revisions: readonly { readonly project: string; readonly environment: string; readonly revision: Revision }[];
  readonly audit: readonly AuditRecord[];
}

/** A consistent picture of one environment: all that its ruleset is made of. */
export interface EnvironmentPicture {
  readonly environment: Environment;
  readonly revision: Revision;
  readonly flags: readonly Flag[];
  readonly states: readonly FlagState[];
  readonly segments: readonly Segment[];
  /** Every rollout whose mark may be on a rule: not ended, or reverted and not yet confirmed. */
  readonly rollouts: readonly Rollout[];
}

/** A rollout that this owner may now act on until `until` (database time). */
export interface Claim {
  readonly rollout: Stored<Rollout>;
  readonly token: number;
  readonly until: number;
}

/** A stored report's part about one rollout. */
export interface UnfoldedReport {
  readonly id: number;
  readonly receivedAt: number;
  /** Whether a client key sent it. */
  readonly client: boolean;
  readonly report: Pick<Report, 'instance' | 'sequence' | 'app' | 'platform'>;
  readonly part: Report['rollouts'][number];
}

/** One minute of one subject, merged over all reports: see domain/usage.ts for subjects and bodies. */
export interface MinuteRow {
  readonly project: string;
  readonly environment: string;
  /** Start of the minute, ms. After 48 h the store merges an hour's rows into one at the start of the hour. */
  readonly minute: number;
  /** `count`, `sketch` or `work` */
  readonly series: string;
  /** `flag/<key>/<rule or ->/<variant>`, `segment/<key>`, `app/<name>` */
  readonly subject: string;
  /** Counts: [n]. Work: [total, failed, …latency buckets]. Empty for sketches. */
  readonly sums: readonly number[];
  /** Sketches: the registers, else null. */
  readonly sketch: Uint8Array | null;
}

/** When a flag, which need not exist, was last asked for in an environment. Kept for 90 days, however often it is asked for. */
export interface Sighting {
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
  /** Start of the minute, ms. */
  readonly minute: number;
}

/** How sending a notice went, as its sender leaves it. */
export interface NoticeProgress extends Pick<NoticeRecord, 'id'> {
  readonly deliveries: NonNullable<NoticeRecord['deliveries']>;
  /** ms from now until it is due again; null: never. */
  readonly dueInMs: number | null;
}

/** What a commit touched. */
export interface Moved {
  /** Environments whose revision moved. */
  readonly revisions: Committed['revisions'];
  /** `<kind>/<key parts>` of every entity written or removed, `rollout/default/production/ab12`; new evidence is `batch/…` with the rollout's key. */
  readonly objects: readonly string[];
}

/**
 * The database. Two adapters, one contract suite. Nothing but `commit`, `ingest` and leases writes; a resolved promise means
 * fsynced. Adapters throw `BurgeeError`: `conflict`, `exists`, `read_only`, `storage`. Rows never leave the adapter.
 */
export interface Store {
  /** One entity, or undefined. */
  get<K extends Kind>(kind: K, key: KeyOf<K>): Promise<Stored<Entities[K]> | undefined>;
  /** Several entities in one read, in the order of their keys. */
  getAll<K extends Kind>(kind: K, keys: readonly KeyOf<K>[]): Promise<(Stored<Entities[K]> | undefined)[]>;
  /** All entities that match, in key order. */
  list<K extends Kind>(kind: K, where?: Where<K>): Promise<Stored<Entities[K]>[]>;
  /** Newest first; `before` is a seq, `from` and `to` (not included) are ms. */
  audit(query: {
    readonly project?: string;
    readonly environment?: string;
    readonly object?: string;
    readonly actor?: string;
    readonly action?: string;
    readonly from?: number;
    readonly to?: number;
    readonly before?: number;
    readonly limit: number;
  }): Promise<AuditRecord[]>;
  /** One transaction's view of an environment, or undefined. */
  picture(project: string, environment: string): Promise<EnvironmentPicture | undefined>;
  /** The revision of every environment; a primary-key read, cheap enough to poll. */
  revisions(): Promise<{ project: string; environment: string; revision: Revision }[]>;
  commit(change: Change): Promise<Committed>;
  /**
   * Commits changes that have nothing to do with each other, a promise for each: one that is refused takes nothing from the
   * others. Where the database has one writer they share a transaction and its fsync, which is what this is for.
   */
  commitEach(changes: readonly Change[]): readonly Promise<Committed>[];
  /** Epoch + 1 for an environment whose database turns out to be an old copy: seen a higher n than its row has. */
  newEpoch(project: string, environment: string): Promise<Revision>;

  /**
   * Stores a report once per (instance, sequence) and merges its minute rows in the same transaction. `dropped`: so too, but
   * without its units of rollouts for which too many reports wait already; for client keys that are far fewer.
   */
  ingest(input: {
    readonly project: string;
    readonly environment: string;
    readonly client: boolean;
    readonly report: Report;
    readonly minutes: readonly MinuteRow[];
  }): Promise<'stored' | 'duplicate' | 'dropped'>;
  /** Reports not folded yet: those of server keys before those of client keys, each oldest first. */
  unfolded(rollout: string, limit: number): Promise<UnfoldedReport[]>;
  /** The same for many rollouts in one read, each with at most `limit`; those that have none are left out. */
  unfoldedOf(rollouts: readonly string[], limit: number): Promise<ReadonlyMap<string, UnfoldedReport[]>>;
  /** The batch log after `afterSeq`, oldest first. */
  batches(rollout: string, afterSeq?: number): Promise<Batch[]>;
  /** The batch logs of these rollouts by minute, oldest first; from `from` up to but without `to`, ms. Reads no hashes: may be polled. */
  armMinutes(query: { readonly rollouts: readonly string[]; readonly from: number; readonly to: number }): Promise<ArmMinute[]>;
  minutes(query: {
    readonly project: string;
    readonly environment: string;
    readonly from: number;
    readonly to: number;
    readonly series: string;
    readonly subjectPrefix: string;
  }): Promise<MinuteRow[]>;
  /** When each flag was last asked for, as the minutes that `ingest` was given say; by environment and flag. */
  sightings(query: { readonly project: string; readonly environment?: string; readonly flag?: string }): Promise<Sighting[]>;
  /** Drops minutes, sightings, report identities and discovered flags that are past their retention; returns rows dropped. */
  prune(now: number): Promise<number>;

  /** Leases at most `limit` notices that are due and that nobody else is sending to this owner, oldest first. Database time. */
  takeNotices(owner: string, ttlMs: number, limit: number): Promise<NoticeRecord[]>;
  /** Stores how it went and gives the lease up; false, and nothing is stored, where this owner's lease is lost. */
  settleNotice(owner: string, progress: NoticeProgress): Promise<boolean>;
  /** A project's notices, newest first; `before` is an id. */
  notices(query: { readonly project: string; readonly before?: number; readonly limit: number }): Promise<NoticeRecord[]>;

  /** Claims or renews every rollout in these states whose lease is free, expired or already this owner's. Database time. */
  claim(owner: string, ttlMs: number, states: readonly RolloutState[]): Promise<Claim[]>;
  /** Gives up this owner's leases (shutdown). */
  release(owner: string): Promise<void>;

  /**
   * Calls back after every commit of this process at once, with all that it touched, and within 300 ms after other processes
   * moved an environment's revision. Listeners must not throw. Returns the way to stop.
   */
  watch(listener: (moved: Moved) => void): () => void;
  /** Answers when the database does; `durable` says what was read back. */
  check(): Promise<{ readonly kind: 'sqlite' | 'postgres'; readonly durable: string }>;
  close(): Promise<void>;
}

/** Reads one window of a query guard. Never throws, never caches, settles within the source's timeout. */
export interface MetricReader {
  read(input: {
    readonly source: MetricSource;
    readonly guard: Pick<QueryGuard, 'errors' | 'total' | 'windowMs'>;
    readonly flag: string;
    readonly environment: string;
    /** The window's bounds, ms. */
    readonly from: number;
    readonly to: number;
  }): Promise<Sample>;
}

/** An answer of another system, read whole. */
export interface OutboundAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/**
 * The only way out: every request that Burgee makes on somebody's word goes through it. Public addresses, and what the operator
 * allows; cloud metadata never. No redirects, no proxies from the environment, one deadline, one size limit.
 */
export interface Outbound {
  /** Refuses (`source_refused`) an address that could not be asked, without asking; for checks on save. */
  check(url: string): void;
  /** Throws `source_refused` where the address is not allowed and `unavailable` where there is no answer in time. */
  request(input: {
    readonly url: string;
    readonly method?: 'GET' | 'POST';
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly timeoutMs: number;
    /** 1 MiB unless said. */
    readonly maxBytes?: number;
  }): Promise<OutboundAnswer>;
  /** For what is not HTTP: the address to connect to, judged by the same rules. Throws as `request` does. */
  resolve(input: { readonly host: string; readonly port: number; readonly timeoutMs: number }): Promise<string>;
}

/** An override that holds: where, and who wanted the revert that is still to be stored. */
export interface HeldOverride {
  readonly project: string;
  readonly environment: string;
  readonly override: Override;
  readonly why: { readonly actor: Actor; readonly text: string };
  /** The flag is to be killed with the revert, for the reason in `why`; SDKs are told to lower the rule only. */
  readonly kill?: true;
  /** Absent where a person asked. */
  readonly decided?: DecidedTick;
}

/** The tick in which guards asked for a revert: with the batch log and the reports that are still unfolded, what its rows are made from again. */
export interface DecidedTick {
  readonly at: number;
  /** The newest tick that was stored before it; where another is, somebody has folded since. */
  readonly after: number;
  /** Store id of the last report that it folded, 0 for none. */
  readonly upTo: number;
  /** Whether it failed overdue exposures. */
  readonly expire: boolean;
  /** What sources had told the guards that asked: no log has it. */
  readonly queries: Readonly<Record<string, QueryState>>;
}

/** Tells every connected SDK to lower a rule now, before or without the database; idempotent by id. */
export interface Overrides {
  /** Never fails: SDKs are told first, then it is written down beside the database, so that a restart finds it. */
  assert(held: HeldOverride): Promise<void>;
  /** The database has it: SDKs are told so. */
  settle(id: string): Promise<void>;
  /** Those not settled yet, from before a restart too; costs nothing. */
  pending(): readonly HeldOverride[];
}

/** Sends one notice to one route, once. */
export interface NoticeSender {
  /** Refuses (`source_refused`, `invalid`) a target that could not be sent to, without sending; for checks on save. */
  check(target: NoticeRoute['target']): void;
  /** Throws `source_refused` and `unavailable`. `id` is the same in every attempt, so that receivers know a repetition. */
  send(message: {
    readonly id: string;
    readonly at: number;
    readonly notice: Notice;
    readonly route: NoticeRoute;
  }): Promise<void>;
}

/** Wall clock, ms since the epoch. */
export type Clock = () => number;

/** Random identifiers and secrets, base62 characters. */
export type Random = (characters: number) => string;

/** Structured log lines; never secrets, never evaluation contexts. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
