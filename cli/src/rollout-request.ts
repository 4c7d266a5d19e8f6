import type { Command } from 'commander';
import { CommandError, EXIT } from './exit.ts';

/** What starting a rollout and previewing it ask for. */
export interface StartOptions {
  readonly flag: string;
  readonly release: string;
  readonly plan: string;
  readonly rule?: string;
  readonly variant?: string;
  readonly force?: boolean;
  readonly reason?: string;
}

export function withStartOptions(command: Command): Command {
  return command
    .requiredOption('--flag <key>')
    .requiredOption('--release <id>', 'what is released: a version or a commit')
    .option('--plan <key>', 'the plan', 'standard')
    .option('--rule <id>', 'which rule, when several are below 100 %')
    .option('--variant <key>', 'what a new rule of a flag that is not boolean serves')
    .option('--force', 'although this release was reverted before')
    .option('--reason <text>', 'why it is forced');
}

export function startBodyOf({ flag, release, plan, rule, variant, force, reason }: StartOptions): object {
  if (force === true && !reason) throw new CommandError(EXIT.usage, 'usage', '--force needs a --reason');
  return { flag, release, plan, rule, variant, ...(force === true ? { force: { reason } } : {}) };
}
