import { fork } from 'node:child_process';

/**
 * Runs one order in a fresh process and gives back its answer. The module is a script that hands its work to {@link answer}.
 * Rejects with what the script threw.
 */
export function inChild<Order, Answer>(module: string, order: Order, flags: readonly string[] = []): Promise<Answer> {
  const script = new URL(module, import.meta.url);
  return new Promise((resolve, reject) => {
    const execArgv = ['--import', 'tsx', '--conditions=burgee-source', '--expose-gc', ...flags];
    const child = fork(script, { execArgv, serialization: 'advanced' });
    child.once('message', (told: Told<Answer>) => {
      child.kill();
      if ('answer' in told) resolve(told.answer);
      else reject(new Error(told.failed));
    });
    child.once('exit', (code) => reject(new Error(`${module} ended with ${code} before it answered`)));
    child.send({ order });
  });
}

type Told<Answer> = { readonly answer: Answer } | { readonly failed: string };

/** For the scripts: takes the order, does it, tells the answer. */
export function answer<Order, Answer>(work: (order: Order) => Promise<Answer>): void {
  process.once('message', ({ order }: { readonly order: Order }) => {
    void work(order)
      .then((answer): Told<Answer> => ({ answer }))
      .catch((error: unknown): Told<Answer> => ({ failed: error instanceof Error ? error.message : String(error) }))
      .then((told) => process.send?.(told, undefined, undefined, () => undefined));
  });
  process.once('disconnect', () => process.exit(0));
}

/** A full collection; in processes of {@link inChild}. */
export function collect(): void {
  if (global.gc === undefined) throw new Error('this needs --expose-gc');
  global.gc();
  global.gc();
}
