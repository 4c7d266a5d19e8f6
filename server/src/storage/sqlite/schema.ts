/** SQLite's tables. Entity tables come from KEYS and FILTERS: columns for what is asked for, the rest as JSON in `body`. */
import { getTableColumns, sql } from 'drizzle-orm';
import {
  blob,
  index,
  integer,
  primaryKey,
  real,
  type SQLiteColumn,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { KEYS, type Kind } from '../../domain/ports.ts';
import { ACTIVE, columnsOf, INTEGER_COLUMNS, NULLABLE, UNIQUE } from '../entities.ts';

function entity(kind: Kind, ...indexes: readonly (readonly string[])[]) {
  const nullable = NULLABLE[kind] ?? [];
  const columns = columnsOf(kind).map((name) => {
    const column = INTEGER_COLUMNS.has(name) ? integer(name) : text(name);
    return [name, nullable.includes(name) ? column : column.notNull()] as const;
  });
  return sqliteTable(
    kind,
    { ...Object.fromEntries(columns), version: integer('version').notNull(), body: text('body').notNull() },
    (table) => {
      const column = (name: string) => (table as unknown as Record<string, SQLiteColumn>)[name] as SQLiteColumn;
      const several = (names: readonly string[]) => names.map(column) as [SQLiteColumn, ...SQLiteColumn[]];
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
export function columnOf(kind: Kind, name: string): SQLiteColumn {
  return (getTableColumns(TABLES[kind]) as Record<string, SQLiteColumn>)[name] as SQLiteColumn;
}

/** One row for each environment that ever was. `retired` keeps the epoch of a removed one: its successor starts above it. */
export const revision = sqliteTable(
  'revision',
  {
    project: text('project').notNull(),
    environment: text('environment').notNull(),
    epoch: integer('epoch').notNull(),
    n: integer('n').notNull(),
    retired: integer('retired', { mode: 'boolean' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.project, table.environment] })],
);

/** One row for each rollout. `fence` only ever rises; `until` is 0 when free. */
export const lease = sqliteTable('lease', {
  rollout: text('rollout').primaryKey(),
  owner: text('owner'),
  until: integer('until').notNull(),
  fence: integer('fence').notNull(),
});

export const audit = sqliteTable(
  'audit',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    at: integer('at').notNull(),
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
export const notice = sqliteTable(
  'notice',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    at: integer('at').notNull(),
    project: text('project').notNull(),
    body: text('body').notNull(),
    deliveries: text('deliveries'),
    due: integer('due'),
    owner: text('owner'),
    until: integer('until').notNull(),
  },
  (table) => [index('notice_due').on(table.due), index('notice_project').on(table.project, table.id)],
);

/** Identities of reports: what makes a retry a duplicate. */
export const report = sqliteTable(
  'report',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    project: text('project').notNull(),
    environment: text('environment').notNull(),
    instance: text('instance').notNull(),
    sequence: integer('sequence').notNull(),
    receivedAt: integer('received_at').notNull(),
  },
  (table) => [
    uniqueIndex('report_identity').on(table.project, table.environment, table.instance, table.sequence),
    index('report_received').on(table.receivedAt),
  ],
);

/** A report's part about one rollout. `payload` (JSON) goes when it is folded; the row stays, so that it cannot be folded again. */
export const part = sqliteTable(
  'part',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    report: integer('report').notNull(),
    rollout: text('rollout').notNull(),
    receivedAt: integer('received_at').notNull(),
    client: integer('client', { mode: 'boolean' }).notNull(),
    instance: text('instance').notNull(),
    sequence: integer('sequence').notNull(),
    app: text('app').notNull(),
    platform: text('platform').notNull(),
    folded: integer('folded', { mode: 'boolean' }).notNull(),
    payload: text('payload'),
  },
  (table) => [index('part_rollout').on(table.rollout, table.folded, table.id), index('part_report').on(table.report)],
);

export const batch = sqliteTable(
  'batch',
  {
    rollout: text('rollout').notNull(),
    seq: integer('seq').notNull(),
    at: integer('at').notNull(),
    stage: integer('stage').notNull(),
    percent: real('percent').notNull(),
    stratum: text('stratum').notNull(),
    n1: integer('n1').notNull(),
    e1: integer('e1').notNull(),
    n0: integer('n0').notNull(),
    e0: integer('e0').notNull(),
    w: real('w').notNull(),
    lnM: real('ln_m').notNull(),
    lnS: real('ln_s').notNull(),
    state: text('state', { mode: 'json' }).$type<unknown>(),
    erred: text('erred').notNull(),
    seen1: text('seen1').notNull(),
    seen0: text('seen0').notNull(),
  },
  (table) => [primaryKey({ columns: [table.rollout, table.seq] })],
);

/** Minutes and, when they are 48 h old, hours: `span` says which, in ms. */
export const minute = sqliteTable(
  'minute',
  {
    project: text('project').notNull(),
    environment: text('environment').notNull(),
    series: text('series').notNull(),
    span: integer('span').notNull(),
    minute: integer('minute').notNull(),
    subject: text('subject').notNull(),
    sums: text('sums', { mode: 'json' }).$type<readonly number[]>().notNull(),
    sketch: blob('sketch', { mode: 'buffer' }),
  },
  (table) => [
    primaryKey({ columns: [table.project, table.environment, table.series, table.span, table.minute, table.subject] }),
    index('minute_age').on(table.span, table.minute),
  ],
);

/** When each flag was last asked for: one row, however much traffic there is. */
export const sighting = sqliteTable(
  'sighting',
  {
    project: text('project').notNull(),
    environment: text('environment').notNull(),
    flag: text('flag').notNull(),
    minute: integer('minute').notNull(),
  },
  (table) => [primaryKey({ columns: [table.project, table.environment, table.flag] })],
);
