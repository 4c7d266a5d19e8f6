import type { Sample } from '../domain/guard/guard.ts';
import type { Clock, MetricReader, MetricSource, Outbound, OutboundAnswer } from '../domain/ports.ts';
import { json } from './json.ts';
import { prometheus } from './prometheus.ts';
import { broken, failureOf } from './sample.ts';

/** One request to the source, with its headers and time-out put on. */
export type Ask = (request: {
  readonly url: string;
  readonly form?: Readonly<Record<string, string>>;
}) => Promise<OutboundAnswer>;

/** How one system is read. May throw what `Ask` throws. */
export type Adapter = (input: Parameters<MetricReader['read']>[0], ask: Ask, now: Clock) => Promise<Sample>;

const ADAPTERS: Readonly<Record<MetricSource['type'], Adapter>> = { json, prometheus };

/** Reads any metric source through the one outbound client. Secrets of headers are looked up in `environment` at every read. */
export function createMetricReader(options: {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): MetricReader {
  return {
    async read(input) {
      const headers: Record<string, string> = { accept: 'application/json' };
      for (const { name, value } of input.source.headers) {
        const found = typeof value === 'string' ? value : options.environment[value.env];
        if (found === undefined) return broken(`${typeof value === 'string' ? '' : value.env} is not set where the server runs`);
        headers[name.toLowerCase()] = found;
      }
      const ask: Ask = ({ url, form }) =>
        options.outbound.request({
          url,
          timeoutMs: input.source.timeoutMs,
          ...(form === undefined
            ? { headers }
            : {
                method: 'POST',
                headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
                body: new URLSearchParams(form).toString(),
              }),
        });
      try {
        return await ADAPTERS[input.source.type](input, ask, options.clock);
      } catch (error) {
        return failureOf(error);
      }
    },
  };
}
