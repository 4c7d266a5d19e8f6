import type { Answer, Order, Task } from './pool.ts';

process.on('message', (order: Order) => {
  // whoever asked may have been stopped meanwhile
  void run(order).then((answer) => process.send?.(answer, undefined, undefined, () => {}));
});
process.on('disconnect', () => process.exit(0));

async function run({ module, task, params, from, to }: Order): Promise<Answer> {
  try {
    const found = ((await import(module)) as Record<string, unknown>)[task];
    if (typeof found !== 'function') throw new TypeError(`${module} exports no function ${task}`);
    const results: unknown[] = [];
    for (let seed = from; seed <= to; seed++) results.push((found as Task<unknown, unknown>)(params, seed));
    return { kind: 'done', results };
  } catch (error) {
    return { kind: 'failed', text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
