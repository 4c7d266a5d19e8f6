import { type ChildProcess, fork } from 'node:child_process';

/** A pure simulation of one seed. Exported by name from its module, so that a child process can find it. */
export type Task<P, R> = (params: P, seed: number) => R;

/** Runs a task for the seeds 1 … count and answers in their order. */
export interface Pool {
  map<P, R>(module: string, task: Task<P, R>, params: P, count: number): Promise<R[]>;
  close(): void;
}

/** Everything in this process: for tests. */
export function inlinePool(): Pool {
  return {
    map: async (_, task, params, count) => Array.from({ length: count }, (_, i) => task(params, i + 1)),
    close() {},
  };
}

/** Child processes, as many as given; seeds are handed out in small blocks. */
export function processPool(size: number): Pool {
  const child = new URL('./pool-child.ts', import.meta.url);
  const children = Array.from({ length: size }, () =>
    fork(child, { execArgv: ['--import', 'tsx', '--conditions=burgee-source'], serialization: 'advanced' }),
  );
  const free = [...children];
  const waiting: ((child: ChildProcess) => void)[] = [];
  let failed: Error | null = null;
  let closed = false;
  for (const child of children) {
    child.once('exit', (code) => {
      if (!closed) failed = new Error(`a process of the bench ended with ${code}`);
    });
  }

  async function take(): Promise<ChildProcess> {
    return free.pop() ?? new Promise((resolve) => waiting.push(resolve));
  }
  function giveBack(child: ChildProcess): void {
    const next = waiting.shift();
    if (next) next(child);
    else free.push(child);
  }

  async function ask(order: Order): Promise<unknown[]> {
    const child = await take();
    try {
      return await new Promise<unknown[]>((resolve, reject) => {
        const ended = (code: number | null) => reject(failed ?? new Error(`a process of the bench ended with ${code}`));
        child.once('exit', ended);
        child.once('message', (answer: Answer) => {
          child.off('exit', ended);
          if (answer.kind === 'done') resolve([...answer.results]);
          else reject(new Error(answer.text));
        });
        if (failed) reject(failed);
        else child.send(order);
      });
    } finally {
      giveBack(child);
    }
  }

  return {
    async map<P, R>(module: string, task: Task<P, R>, params: P, count: number): Promise<R[]> {
      const block = Math.max(1, Math.min(50, Math.ceil(count / (size * 8))));
      const orders: Order[] = [];
      for (let from = 1; from <= count; from += block) {
        orders.push({ module, task: task.name, params, from, to: Math.min(count, from + block - 1) });
      }
      return (await Promise.all(orders.map(ask))).flat() as R[];
    },
    close() {
      closed = true;
      for (const child of children) child.kill();
    },
  };
}

/** Seeds `from` to `to` of one task. */
export interface Order {
  readonly module: string;
  readonly task: string;
  readonly params: unknown;
  readonly from: number;
  readonly to: number;
}
export type Answer =
  | { readonly kind: 'done'; readonly results: readonly unknown[] }
  | { readonly kind: 'failed'; readonly text: string };
