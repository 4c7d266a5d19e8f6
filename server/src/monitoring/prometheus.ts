import type { Sample } from '../domain/guard/guard.ts';
import type { Adapter, Ask } from './reader.ts';
import { broken, countsOf, noData, refusalOf, unavailable } from './sample.ts';

/** One instant query's answer: a number, nothing, or why neither. */
type Answer = { readonly value: number } | { readonly empty: true } | { readonly sample: Sample };

/**
 * Prometheus and what speaks its API. Two queries, errors and total, at the window's end; `{flag}` and `{environment}` are filled
 * in as PromQL string contents, `{window}` as a duration. Prometheus stamps results with the time of the query, so freshness is
 * asked of the data: the newest timestamp of the series that the total query ranges over.
 */
export const prometheus: Adapter = async ({ source, guard, flag, environment, to }, ask, now) => {
  const fill = (query: string): string =>
    query.replace(/\{(flag|environment|window)\}/g, (_whole, name: string) =>
      name === 'window' ? `${Math.max(1, Math.round(guard.windowMs / 1_000))}s` : escaped(name === 'flag' ? flag : environment),
    );
  const query = (text: string): Promise<Answer> => instant({ ask, url: source.url, text, at: to, now });

  const total = await query(fill(guard.total));
  if ('sample' in total) return total.sample;
  if ('empty' in total) return noData('no series answers the total query');
  if (Number.isNaN(total.value)) return noData('the total is not a number');
  const errors = await query(fill(guard.errors));
  if ('sample' in errors) return errors.sample;
  // The error series does not exist until the first error: nothing there, beside a total, is no error.
  const failed = 'empty' in errors ? 0 : errors.value;

  const asOf = await newest(query, fill(guard.total), guard.windowMs);
  if ('sample' in asOf) return asOf.sample;
  const slack = 1e-6 * Math.max(1, total.value);
  return countsOf({
    // increase() extrapolates each series for itself, so that all errors may come out a hair above the total.
    errors: failed > total.value && failed <= total.value + slack ? total.value : failed,
    total: total.value,
    asOf: 'empty' in asOf ? Number.NaN : asOf.value * 1_000,
    now: now(),
  });
};

/** The newest sample's time in seconds among the series of the query's first range selector. */
function newest(query: (text: string) => Promise<Answer>, total: string, windowMs: number): Promise<Answer> {
  const selector = /([a-zA-Z_:][\w:]*\s*(?:\{(?:"(?:[^"\\]|\\.)*"|[^}"])*\})?|\{(?:"(?:[^"\\]|\\.)*"|[^}"])*\})\s*\[/.exec(
    total,
  )?.[1];
  if (selector === undefined) {
    return Promise.resolve({
      sample: broken('the total query has no range selector (`metric[{window}]`), so its freshness cannot be asked'),
    });
  }
  const seconds = Math.max(1, Math.round(windowMs / 1_000));
  return query(`max(max_over_time(timestamp(${selector})[${seconds}s:${Math.max(1, Math.floor(seconds / 10))}s]))`);
}

async function instant(input: { ask: Ask; url: string; text: string; at: number; now: () => number }): Promise<Answer> {
  const answer = await input.ask({
    url: `${input.url.replace(/\/+$/, '')}/api/v1/query`,
    form: { query: input.text, time: String(input.at / 1_000), timeout: '4s' },
  });
  const refusal = refusalOf(answer, input.now());
  const body = parsed(answer.text);
  if (refusal !== null) {
    const told = body?.error;
    return {
      sample:
        typeof told === 'string' && refusal.kind === 'unavailable'
          ? { ...refusal, reason: `${refusal.reason}: ${told.slice(0, 200)}` }
          : refusal,
    };
  }
  if (body === null || body.status !== 'success') return { sample: broken('this is not a Prometheus API') };
  const found = body.data as { resultType?: unknown; result?: unknown } | undefined;
  if (found?.resultType !== 'vector' || !Array.isArray(found.result))
    return { sample: broken(`the query answers a ${String(found?.resultType)}, not one number`) };
  if (found.result.length === 0) return { empty: true };
  if (found.result.length > 1) return { sample: broken(`the query answers ${found.result.length} series, not one: sum() them`) };
  const value = (found.result[0] as { value?: unknown[] }).value?.[1];
  const number = Number(String(value).replace('Inf', 'Infinity'));
  return Math.abs(number) === Number.POSITIVE_INFINITY
    ? { sample: unavailable('the query answers infinity') }
    : { value: number };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** A value inside a double-quoted PromQL string. */
const escaped = (text: string): string => text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n');
