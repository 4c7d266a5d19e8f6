import type { RolloutView } from '@burgee/server/api';
import { type Command, InvalidArgumentError } from 'commander';
import { type Api, path } from '../api.ts';
import { duration } from '../duration.ts';
import { EXIT } from '../exit.ts';
import { type Output, table } from '../output.ts';
import { findRollout, type One, rolloutsOf, type Which } from '../rollout-address.ts';
import { type StartOptions, startBodyOf, withStartOptions } from '../rollout-request.ts';
import { environmentOf, type Settings } from '../settings.ts';
import { waitFor } from '../waiting.ts';
import { watchRollout } from '../watching.ts';
import { contextOf } from './context.ts';
import { addEvidence } from './evidence.ts';
import { addPreview } from './preview.ts';

const percent = (text: string): number => {
  const value = Number(text.replace(/%$/, ''));
  if (!Number.isFinite(value) || value <= 0 || value > 100)
    throw new InvalidArgumentError('a percent above 0 and up to 100 is wanted.');
  return value;
};

/** The rollout's stages with the present one in brackets: `1 [5] 25 50 98 100`. */
function bar(rollout: RolloutView): string {
  const stages = [...rollout.plan.stages.map((stage) => stage.percent), 100].filter(
    (stage, index, all) => all.indexOf(stage) === index,
  );
  return stages.map((stage) => (stage === rollout.percent ? `[${stage}]` : String(stage))).join(' ');
}

/** A rollout for people. */
export function describeRollout(rollout: RolloutView): string {
  const rate = (value: number | null): string =>
    value === null || !Number.isFinite(value) ? '–' : `${(value * 100).toFixed(2)} %`;
  const { treatment, control } = rollout.totals;
  return [
    rollout.sentence,
    '',
    `  ${rollout.flag} in ${rollout.environment}, release ${rollout.release}`,
    `  state     ${rollout.state}${rollout.reason === null ? '' : ` (${rollout.reason.text})`}`,
    `  percent   ${rollout.percent} %   ${bar(rollout)}`,
    `  with it   ${treatment.units} units, ${treatment.errors} failed, ${rate(treatment.rate)}`,
    `  without   ${control.units} units, ${control.errors} failed, ${rate(control.rate)}`,
    `  next      ${rollout.next.waitsFor}`,
    `  page      ${rollout.url}`,
  ].join('\n');
}

interface WaitOptions {
  readonly flag?: string;
  readonly release?: string;
  readonly timeout: number;
  readonly pauseGrace: number;
  readonly untilPercent?: number;
  readonly onAbort: string;
}

const withWaitOptions = (command: Command): Command =>
  command
    .option('--timeout <duration>', 'how long to wait', duration, duration('30m'))
    .option('--pause-grace <duration>', 'how long a guard’s pause is waited through', duration, duration('30s'))
    .option('--until-percent <percent>', 'be content when the rule reaches this percent', percent)
    .option('--on-abort <what>', 'on Ctrl-C or SIGTERM: leave the rollout running, or revert it', 'leave');

async function wait(api: Api, settings: Settings, output: Output, rollout: RolloutView, options: WaitOptions): Promise<void> {
  const at = `${rolloutsOf(settings)}${path(rollout.id)}`;
  const ended = await waitFor({
    read: async () => (await api.get<One>(at)).rollout,
    revert:
      options.onAbort === 'revert'
        ? async () => void (await api.post(`${at}/revert`, { reason: 'the pipeline was stopped' }))
        : null,
    note: output.note,
    waiting: { timeoutMs: options.timeout, pauseGraceMs: options.pauseGrace, untilPercent: options.untilPercent ?? null },
  });
  output.result({ rollout: ended.rollout, exit: ended.exit }, () =>
    ended.rollout === null ? ended.text : describeRollout(ended.rollout),
  );
  process.exitCode = ended.exit;
}

const UNDURABLE = 'Applications lower the rule now, but the server cannot store the revert yet and keeps trying.\n\n';

export function addRollout(program: Command): void {
  const rollout = program.command('rollout').description('start rollouts, watch them, and stop them');
  addPreview(rollout);
  addEvidence(rollout);

  withWaitOptions(
    withStartOptions(
      rollout.command('start').description('start raising a flag for a release; the same release again answers the same rollout'),
    ).option('--wait', 'wait for the verdict, as `rollout wait` does'),
  ).action(async (options: WaitOptions & StartOptions & { wait?: boolean }, command: Command) => {
    const { api, settings, output } = await contextOf(command);
    const answer = await api.request<One>('POST', rolloutsOf(settings), startBodyOf(options));
    if (options.wait === true) return wait(api, settings, output, answer.body.rollout, options);
    output.result(answer.body, () => describeRollout(answer.body.rollout));
  });

  rollout
    .command('status [rollout]')
    .description('one rollout, or the newest of --flag')
    .option('--flag <key>')
    .option('--release <id>')
    .option('--watch', 'show it live until it has ended: 0 completed, 10 reverted or aborted')
    .action(async (id: string | undefined, options: Which & { watch?: boolean }, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const found = await findRollout(api, settings, id, options);
      if (options.watch !== true) return output.result({ rollout: found }, () => describeRollout(found));
      const at = `${rolloutsOf(settings)}${path(found.id)}`;
      const read = async () => (await api.get<One>(at)).rollout;
      const json = command.optsWithGlobals<{ output?: string }>().output === 'json';
      process.exitCode = await watchRollout({ read, stream: process.stdout, env: process.env, json });
    });

  rollout
    .command('list')
    .description('rollouts of the environment, newest first')
    .action(async (_options: object, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const answer = await api.get<{ rollouts: RolloutView[] }>(rolloutsOf(settings));
      output.result(answer, () =>
        answer.rollouts.length === 0
          ? `No rollouts in ${environmentOf(settings)} yet.`
          : table(
              ['id', 'flag', 'release', 'state', 'percent'],
              answer.rollouts.map((r) => [r.id, r.flag, r.release, r.state, `${r.percent} %`]),
            ),
      );
    });

  withWaitOptions(
    rollout
      .command('wait [rollout]')
      .description(
        'wait for the verdict: 0 completed, 10 reverted or aborted, 11 paused, 12 timed out, 13 timed out without data',
      )
      .option('--flag <key>')
      .option('--release <id>'),
  ).action(async (id: string | undefined, options: WaitOptions, command: Command) => {
    const { api, settings, output } = await contextOf(command);
    await wait(api, settings, output, await findRollout(api, settings, id, options), options);
  });

  for (const verb of ['pause', 'resume', 'advance', 'revert'] as const) {
    rollout
      .command(`${verb} [rollout]`)
      .description(
        {
          pause: 'stop advancing; it is still judged',
          resume: 'go on',
          advance: 'go to the next stage now',
          revert: 'back to where the plan says, now',
        }[verb],
      )
      .option('--flag <key>')
      .option('--release <id>')
      .option('--reason <text>', 'why, for the audit log', 'no reason given')
      .action(async (id: string | undefined, options: Which & { reason: string }, command: Command) => {
        const { api, settings, output } = await contextOf(command);
        const found = await findRollout(api, settings, id, options);
        const at = `${rolloutsOf(settings)}${path(found.id, verb)}`;
        const answer = await api.post<One & { readonly durable?: false }>(at, { reason: options.reason });
        const isDurable = answer.durable !== false;
        output.result(answer, () => `${isDurable ? '' : UNDURABLE}${describeRollout(answer.rollout)}`);
        // a pipeline that runs it again hears when it is
        if (!isDurable) process.exitCode = EXIT.failed;
      });
  }
}
