import type { Questions } from './candidate.ts';

// Every candidate imports this module under a name of its own: an engine then compiles each loop for one candidate alone.

/** What there is to ask: every flag of each person, in turn. */
export interface Round {
  readonly keys: readonly string[];
  /** Whether the flag at the same place has JSON values. */
  readonly isJson: readonly boolean[];
  readonly contexts: readonly unknown[];
}

/** Asks one flag `times` times and adds up the answers, so that none can be left out. */
export function askOne(
  { boolean, number }: Questions<boolean, number>,
  { keys, isJson, contexts }: Round,
  times: number,
): number {
  const key = keys[0] ?? '';
  let sum = 0;
  let at = 0;
  if (isJson[0]) {
    for (let i = 0; i < times; i++) {
      sum += number(key, contexts[at]);
      if (++at === contexts.length) at = 0;
    }
  } else {
    for (let i = 0; i < times; i++) {
      if (boolean(key, contexts[at])) sum++;
      if (++at === contexts.length) at = 0;
    }
  }
  return sum;
}

/** Asks all flags for `times` people. */
export function askAll(
  { boolean, number }: Questions<boolean, number>,
  { keys, isJson, contexts }: Round,
  times: number,
): number {
  let sum = 0;
  for (let i = 0; i < times; i++) {
    const context = contexts[i % contexts.length];
    for (let k = 0; k < keys.length; k++) {
      const key = keys[k] as string;
      if (isJson[k]) sum += number(key, context);
      else if (boolean(key, context)) sum++;
    }
  }
  return sum;
}

type Later = Questions<Promise<boolean>, Promise<number>>;

/** {@link askOne} where every answer must be awaited. */
export async function askOneLater({ boolean, number }: Later, { keys, isJson, contexts }: Round, times: number): Promise<number> {
  const key = keys[0] ?? '';
  let sum = 0;
  let at = 0;
  for (let i = 0; i < times; i++) {
    if (isJson[0]) sum += await number(key, contexts[at]);
    else if (await boolean(key, contexts[at])) sum++;
    if (++at === contexts.length) at = 0;
  }
  return sum;
}

/** {@link askAll} where every answer must be awaited. */
export async function askAllLater({ boolean, number }: Later, { keys, isJson, contexts }: Round, times: number): Promise<number> {
  let sum = 0;
  for (let i = 0; i < times; i++) {
    const context = contexts[i % contexts.length];
    for (let k = 0; k < keys.length; k++) {
      const key = keys[k] as string;
      if (isJson[k]) sum += await number(key, context);
      else if (await boolean(key, context)) sum++;
    }
  }
  return sum;
}
