/** Requests and failures per page: for Prometheus (`/metrics`), and per second for a window (`/counts`). */
export function createCounters() {
  const totals = new Map<string, { ok: number; failed: number }>();
  const seconds = new Map<string, { errors: number; total: number }>();
  let newest = 0;

  return {
    count(page: string, failed: boolean, now: number): void {
      const total = totals.get(page) ?? { ok: 0, failed: 0 };
      total[failed ? 'failed' : 'ok'] += 1;
      totals.set(page, total);
      const second = Math.floor(now / 1_000);
      const key = `${page}/${second}`;
      const bucket = seconds.get(key) ?? { errors: 0, total: 0 };
      bucket.total += 1;
      if (failed) bucket.errors += 1;
      seconds.set(key, bucket);
      newest = now;
      // Ten minutes of a handful of pages.
      if (seconds.size > 5_000) seconds.delete(seconds.keys().next().value ?? '');
    },

    /** Whole seconds inside [from, to), ms. */
    window(page: string, from: number, to: number): { errors: number; total: number; asOf: number } {
      const sum = { errors: 0, total: 0, asOf: newest };
      for (let second = Math.ceil(from / 1_000); second < Math.floor(to / 1_000); second += 1) {
        const bucket = seconds.get(`${page}/${second}`);
        sum.errors += bucket?.errors ?? 0;
        sum.total += bucket?.total ?? 0;
      }
      return sum;
    },

    exposition(): string {
      const lines = [...totals].flatMap(([page, { ok, failed }]) => [
        `shop_requests_total{page="${page}",status="200"} ${ok}`,
        `shop_requests_total{page="${page}",status="500"} ${failed}`,
      ]);
      return `# HELP shop_requests_total Requests by page and status.\n# TYPE shop_requests_total counter\n${lines.join('\n')}\n`;
    },
  };
}
