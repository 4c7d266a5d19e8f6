import type { Actor } from './access/access.ts';
import { BurgeeError, type FieldError, invalid } from './errors.ts';
import { isSourceGuard } from './guard/guard.ts';
import type { Change, MetricSource, Stored } from './ports.ts';
import type { Plan } from './rollout/rollout.ts';

/** Names of environment variables that a source's header may take its value from: nothing else of the server's environment. */
const SECRET_NAME = /^BURGEE_SECRET_[A-Z0-9_]{1,64}$/;
/** Headers that the client sets itself. */
const RESERVED: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-type',
  'connection',
  'transfer-encoding',
  'accept',
]);

/** Every mistake of a source that its schema does not see. */
function mistakes(source: MetricSource): FieldError[] {
  const fields: FieldError[] = [];
  const seen = new Set<string>();
  source.headers.forEach(({ name, value }, index) => {
    const field = `headers[${index}]`;
    if (!/^[A-Za-z0-9-]{1,100}$/.test(name))
      fields.push({ field: `${field}.name`, message: 'must be a header name of letters, digits and -' });
    if (RESERVED.has(name.toLowerCase())) fields.push({ field: `${field}.name`, message: `${name} is set by Burgee itself` });
    if (seen.has(name.toLowerCase())) fields.push({ field: `${field}.name`, message: `${name} is there twice` });
    seen.add(name.toLowerCase());
    if (typeof value === 'object' && !SECRET_NAME.test(value.env)) {
      fields.push({
        field: `${field}.value.env`,
        message: 'must be a variable named BURGEE_SECRET_…; nothing else of the server’s environment can be sent',
      });
    }
    if (typeof value === 'string' && name.toLowerCase() === 'authorization') {
      fields.push({ field: `${field}.value`, message: 'is a secret: name a variable, { "env": "BURGEE_SECRET_…" }' });
    }
  });
  return fields;
}

/** Makes or replaces a source. The address has been checked by the outbound client. */
export function decideSource(before: Stored<MetricSource> | null, source: MetricSource, actor: Actor): Change {
  const fields = mistakes(source);
  if (fields.length > 0) throw invalid(...fields);
  return {
    environments: [],
    writes: [{ put: 'source', entity: source, basedOn: before?.version ?? null }],
    audit: [
      {
        actor,
        action: before === null ? 'source.created' : 'source.changed',
        project: source.project,
        environment: null,
        object: `source/${source.key}`,
        summary: before === null ? `Made the metric source ${source.key}` : `Changed the metric source ${source.key}`,
        before: before?.entity ?? null,
        after: source,
        reason: null,
      },
    ],
  };
}

/** Deletes a source that no plan reads. */
export function decideSourceRemoval(before: Stored<MetricSource>, plans: readonly Stored<Plan>[], actor: Actor): Change {
  const { project, key } = before.entity;
  const by = plans
    .filter(({ entity }) => entity.guards.some((guard) => isSourceGuard(guard) && guard.source === key))
    .map(({ entity }) => `plan/${entity.key}`);
  if (by.length > 0) throw new BurgeeError('in_use', `the metric source ${key} is read by ${by.join(', ')}`, { by });
  return {
    environments: [],
    writes: [{ remove: 'source', key: { project, key }, basedOn: before.version }],
    audit: [
      {
        actor,
        action: 'source.deleted',
        project,
        environment: null,
        object: `source/${key}`,
        summary: `Deleted the metric source ${key}`,
        before: before.entity,
        after: null,
        reason: null,
      },
    ],
  };
}
