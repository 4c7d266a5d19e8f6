import type { z } from 'zod';
import { type FieldError, invalid } from '../../domain/errors.ts';

/** The value as the schema understands it. Throws `invalid` with every wrong field; `prefix` names what is not the body. */
export function validate<T>(schema: z.ZodType<T> | undefined, value: unknown, prefix = ''): T {
  if (schema === undefined) return value as T;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalid(...result.error.issues.flatMap((issue) => fieldErrors(issue, prefix)));
}

function fieldErrors(issue: z.core.$ZodIssue, prefix: string): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: fieldName([...issue.path, key], prefix), message: 'unknown field' }));
  return [{ field: fieldName(issue.path, prefix), message: issue.message }];
}

/** `rules[0].percent` */
export function fieldName(path: readonly PropertyKey[], prefix = ''): string {
  const name = path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text === '' ? '' : '.'}${String(part)}`),
    prefix,
  );
  return name === '' ? 'body' : name.slice(0, 200);
}
