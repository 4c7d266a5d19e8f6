/** Postgres' tables. Entity tables come from KEYS and FILTERS: columns for what is asked for, the rest as JSON in `body`. */
import { getTableColumns, sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  index,
  type PgColumn,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { KEYS, type Kind } from '../../domain/ports.ts';
import { ACTIVE, columnsOf, INTEGER_COLUMNS, NULLABLE, UNIQUE } from '../entities.ts';

const whole = (name: string) => bigint(name, { mode: 'number' });
/** JSON kept as it was written: `jsonb` refuses NUL and reorders keys, `json` cannot be compared. */
const jsonText = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (text) => JSON.parse(text) as unknown,
});
const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

function entity(kind: Kind, ...indexes: readonly (readonly string[])[]) {
  const nullable = NULLABLE[kind] ?? [];
  const columns = columnsOf(kind).map((name) => {
    const column = INTEGER_COLUMNS.has(name) ? whole(name) : text(name);
    return [name, nullable.includes(name) ? column : column.notNull()] as const;
  });
  return pgTable(
    kind,
    { ...Object.fromEntries(columns), version: whole('version').notNull(), body: text('body').notNull() },
    (table) => {
      const column = (name: string) => (table as unknown as Record<string, PgColumn>)[name] as PgColumn;
      const several = (names: readonly string[]) => names.map(column) as [PgColumn, ...PgColumn[]];
      const active = sql.raw(`state in (${ACTIVE.map((name) => `'${name}'`).join(', ')})`);
      return [
        primaryKey({ columns: several(KEYS[kind]) }),
        ...(UNIQUE[kind] ?? []).map((name) => uniqueIndex(`${kind}_${name}_unique`).on(column(name))),
        ...indexes.map((names) => index(`${kind}_${names.join('_')}`).on(...several(names))),
        ...(kind === 'rollout'
          ? [
              uniqueIndex('rollout_rule_active')
                .on(...several(['project', 'environment', 'flag', 'rule']))
                .where(active),
            ]
          : []),
      ];
    },
  );
}

export const project = entity('project');
export const environment = entity('environment');
export const flag = entity('flag');
export const state = entity('state', ['project', 'flag']);
export const segment = entity('segment');
export const user = entity('user');
export const session = entity('session', ['user']);
export const token = entity('token', ['project', 'environment']);
export const plan = entity('plan');
export const source = entity('source');
export const rollout = entity('rollout', ['state'], ['project', 'environment', 'flag']);
export const noticeRoute = entity('noticeRoute');
export const scheduled = entity('scheduled', ['state'], ['project', 'environment', 'flag']);
export const signingKey = entity('signingKey');
export const discovered = entity('discovered', ['lastSeenAt']);

export const TABLES: Readonly<Record<Kind, ReturnType<typeof entity>>> = {
  project,
  environment,
  flag,
  state,
  segment,
  user,
  session,
  token,
  plan,
  source,
  rollout,
  noticeRoute,
  scheduled,
  signingKey,
  discovered,
};

/** A column that comes from KEYS or FILTERS. */
export function columnOf(kind: Kind, name: string): PgColumn {
  return (getTableColumns(TABLES[kind]) as Record<string, PgColumn>)[name] as PgColumn;
}

/** One row for each environment that ever was. `retired` keeps the epoch of a removed one: its successor starts above it. */
export const revision = pgTable(
  'revision',
  {
    project: text('project').notNull(),
    environment: text('environment').notNull(),
    epoch: whole('epoch').notNull(),
    n: whole('n').notNull(),
    retired: boolean('retired').notNull(),
  },
  (table) => [primaryKey({ columns: [table.project, table.environment] })],
);

/** One row for each rollout. `fence` only ever rises; `until` is 0 when free. */
export const lease = pgTable('lease', {
  rollout: text('rollout').primaryKey(),
  owner: text('owner'),
  until: whole('until').notNull(),
  fence: whole('fence').notNull(),
});

export const audit = pgTable(
  'audit',
  {
    seq: whole('seq').primaryKey().generatedAlwaysAsIdentity(),
    at: whole('at').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    actorName: text('actor_name').notNull(),
    action: text('action').notNull(),
    project: text('project'),
    environment: text('environment'),
    object: text('object').notNull(),
    summary: text('summary').notNull(),
    before: text('before').notNull(),
    after: text('after').notNull(),
    reason: text('reason'),
  },
  (table) => [
    index('audit_project').on(table.project, table.environment, table.seq),
    index('audit_object').on(table.object, table.seq),
  ],
);

/** The outbox of notices. `deliveries` (JSON) tells how each route's sending went; `due` is null once it is over. */
export const notice = pgTable(
  'notice',
  {
    id: whole('id').primaryKey().generatedAlwaysAsIdentity(),
    at: whole('at').notNull(),
    project: text('project').notNull(),
    body: text('body').notNull(),
    deliveries: text('deliveries'),
    due: whole('due'),
    owner: text('owner'),
    until: whole('until').notNull(),
  },
  (table) => [index('notice_due').on(table.due), index('notice_project').on(table.project, table.id)],
);

/** Identities of reports: what makes a retry a duplicate. */
export const report = pgTable(
  'report',
  {
    id: whole('id').primaryKey().generatedAlwaysAsIdentity(),
    project: text('project').notNull(),
    environment: text('environment').notNull(),
    instance: text('instance').notNull(),
    sequence: whole('sequence').notNull(),
    receivedAt: whole('received_at').notNull(),
  },
  (table) => [
    uniqueIndex('report_identity').on(table.project, table.environment, table.instance, table.sequence),
    index('report_received').on(table.receivedAt),
  ],
);

/** A report's part about one rollout. `payload` (JSON) goes when it is folded; the row stays, so that it cannot be folded again. */
export const part = pgTable(
  'part',
  {
    id: whole('id').primaryKey().generatedAlwaysAsIdentity(),
    report: whole('report').notNull(),
    rollout: text('rollout').notNull(),
    receivedAt: whole('received_at').notNull(),
    client: boolean('client').notNull(),
    instance: text('instance').notNull(),
    sequence: whole('sequence').notNull(),
    app: text('app').notNull(),
    platform: text('platform').notNull(),
    folded: boolean('folded').notNull(),
    payload: text('payload'),
  },
  (table) => [index('part_rollout').on(table.rollout, table.folded, table.id), index('part_report').on(table.report)],
);

export const batch = pgTable(
  'batch',
  {
    rollout: text('rollout').notNull(),
    seq: whole('seq').notNull(),
    at: whole('at').notNull(),
    stage: whole('stage').notNull(),
    percent: doublePrecision('percent').notNull(),
    stratum: text('stratum').notNull(),
    n1: whole('n1').notNull(),
    e1: whole('e1').notNull(),
    n0: whole('n0').notNull(),
    e0: whole('e0').notNull(),
    w: doublePrecision('w').notNull(),
    lnM: doublePrecision('ln_m').notNull(),
    lnS: doublePrecision('ln_s').notNull(),
    state: jsonText('state'),
    erred: text('erred').notNull(),
    seen1: text('seen1').notNull(),
    seen0: text('seen0').notNull(),
  },
  (table) => [primaryKey({ columns: [table.rollout, table.seq] })],
);

/** Minutes and, when they are 48 h old, hours: `span` says which, in ms. */
export const minute = pgTable(
  'minute',
  {
    project: text('project').notNull(),
    environment: text('environment').notNull(),
    series: text('series').notNull(),
    span: whole('span').notNull(),
    minute: whole('minute').notNull(),
    subject: text('subject').notNull(),
    sums: jsonText('sums').$type<readonly number[]>().notNull(),
    sketch: bytes('sketch'),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.environment, table.series, table.span, table.minute, table.subject] }),
    index('minute_age').on(table.span, table.minute),
  ],
);

/** When each flag was last asked for: one row, however much traffic there is. */
export const sighting = pgTable(
  'sighting',
  {
    project: text('project').notNull(),
    environment: text('environment').notNull(),
    flag: text('flag').notNull(),
    minute: whole('minute').notNull(),
  },
  (table) => [primaryKey({ columns: [table.project, table.environment, table.flag] })],
);
