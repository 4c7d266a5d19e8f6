import type { Command } from 'commander';
import { rolloutsOf } from '../rollout-address.ts';
import { type StartOptions, startBodyOf, withStartOptions } from '../rollout-request.ts';
import { contextOf } from './context.ts';

export function addPreview(rollout: Command): void {
  withStartOptions(rollout.command('preview').description('what starting a rollout would do')).action(
    async (options: StartOptions, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const answer = await api.post<object>(`${rolloutsOf(settings)}/preview`, startBodyOf(options));
      output.result(answer, () => JSON.stringify(answer));
    },
  );
}
