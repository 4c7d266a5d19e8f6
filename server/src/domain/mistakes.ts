import { type FieldError, invalid } from './errors.ts';

/** Notes one wrong field and what would be right. */
export type Refuse = (field: string, message: string) => void;

/** More mistakes than this help nobody. */
const MOST = 50;

/** Runs checks that note what is wrong, then throws `invalid` with all of it. */
export function demand(check: (refuse: Refuse) => void): void {
  const fields: FieldError[] = [];
  check((field, message) => {
    if (fields.length < MOST) fields.push({ field, message });
  });
  if (fields.length > 0) throw invalid(...fields);
}
