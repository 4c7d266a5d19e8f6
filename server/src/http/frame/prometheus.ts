import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Telemetry } from './telemetry.ts';

const HELP: Readonly<Record<string, string>> = {
  burgee_unknown_flag_evaluations_total: 'Questions of SDKs with server keys for flags that are not there',
  burgee_http_requests_total: 'Answered requests by route and status',
  burgee_http_request_seconds: 'Time to answer, by route; streams until they are attached',
};
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/**
 * Telemetry in prom-client. A name is a histogram when it is first observed and a counter when it is first counted; its labels
 * are those of the first call.
 */
export function createTelemetry(
  gauges: Readonly<Record<string, () => number>> = {},
): Telemetry & { readonly registry: Registry } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  return {
    registry,
    async render() {
      const lines = Object.entries(gauges).map(([name, read]) => `# TYPE ${name} gauge\n${name} ${read()}\n`);
      return { contentType: registry.contentType, text: (await registry.metrics()) + lines.join('') };
    },
    count(name, labels = {}, by = 1) {
      let counter = counters.get(name);
      if (counter === undefined) {
        counter = new Counter({ name, help: HELP[name] ?? name, labelNames: Object.keys(labels), registers: [registry] });
        counters.set(name, counter);
      }
      counter.inc(labels, by);
    },
    observe(name, value, labels = {}) {
      let histogram = histograms.get(name);
      if (histogram === undefined) {
        const labelNames = Object.keys(labels);
        histogram = new Histogram({ name, help: HELP[name] ?? name, labelNames, buckets: SECONDS, registers: [registry] });
        histograms.set(name, histogram);
      }
      histogram.observe(labels, value);
    },
  };
}
