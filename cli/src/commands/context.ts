import type { Command } from 'commander';
import { Api } from '../api.ts';
import { createOutput, type Output } from '../output.ts';
import { type CommonOptions, readSettings, type Settings } from '../settings.ts';

/** What every command works with. */
export interface CommandContext {
  readonly api: Api;
  readonly settings: Settings;
  readonly output: Output;
}

/** Reads the options that all commands share. */
export async function contextOf(command: Command): Promise<CommandContext> {
  const options = command.optsWithGlobals<CommonOptions & { output?: string }>();
  const settings = await readSettings(options, process.env);
  return { settings, api: new Api(settings), output: createOutput(options) };
}
