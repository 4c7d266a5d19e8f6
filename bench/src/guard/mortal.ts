import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { RolloutReport } from '@burgee/engine';

/** One second of a server's life: reports come in, then it ticks. */
export interface Second {
  readonly at: number;
  readonly rollout: string;
  readonly reports: readonly { readonly sequence: number; readonly part: RolloutReport }[];
}
export interface Answer {
  readonly state: string;
  readonly percent: number;
  /** Sequences that were acknowledged. */
  readonly taken: readonly number[];
}

/** A server in a process of its own on one database file, to be killed at any moment. */
export interface Mortal {
  /** undefined: it was killed (−9) `dies` ms into this second. */
  live(second: Second, dies?: number): Promise<Answer | undefined>;
  end(): Promise<void>;
}

export function mortalServer(file: string): Mortal {
  let child: ChildProcess | undefined;

  async function running(): Promise<ChildProcess> {
    if (child) return child;
    const module = new URL('./controller-child.ts', import.meta.url);
    child = fork(module, [file], { execArgv: ['--import', 'tsx', '--conditions=burgee-source'], serialization: 'advanced' });
    await once(child, 'message');
    return child;
  }
  async function kill(): Promise<void> {
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    child = undefined;
  }
  return {
    async live(second, dies) {
      const server = await running();
      const answer = once(server, 'message').then(([message]) => message as Answer);
      server.send(second);
      if (dies === undefined) return answer;
      await new Promise((resolve) => setTimeout(resolve, dies));
      await kill();
      return undefined;
    },
    end: kill,
  };
}
