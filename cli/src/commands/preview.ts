import type { RolloutPreview } from '@burgee/server/api';
import type { Command } from 'commander';
import { durationText } from '../duration.ts';
import { EXIT, exitFor } from '../exit.ts';
import { percentText } from '../output.ts';
import { rolloutsOf } from '../rollout-address.ts';
import { type StartOptions, startBodyOf, withStartOptions } from '../rollout-request.ts';
import { harmless, type Look, lookOf } from '../screen.ts';
import { contextOf } from './context.ts';

type Stage = RolloutPreview['stages'][number];
const LEAVES: Readonly<Record<Stage['advance'], string>> = { evidence: 'on evidence', time: 'by time', manual: 'by a person' };

const count = (n: number): string => Math.round(n).toLocaleString('en-US');

/** What a start would do, for people. */
export function describePreview(preview: RolloutPreview, flag: string, look: Look): string {
  const { environment, plan, startPercent, stages, expectedMs, warnings } = preview;
  const whole = expectedMs === null ? 'how long cannot be told' : `about ${durationText(expectedMs)} in all`;
  const lines = [
    look.ink('bold', `${flag} in ${environment}: ${percentText(startPercent)} to 100 % by plan ${plan.name}, ${whole}`),
    look.ink('dim', trafficText(preview)),
    '',
    ...stages.flatMap((stage) => stageLines(stage, look)),
    '',
    ...warnings.map(({ text }) => `${look.ink('yellow', '!')} ${text}`),
    ...(warnings.length > 0 ? [''] : []),
    verdict(preview, look),
  ];
  return lines.map((line) => line.split('\u001b').map(harmless).join('\u001b')).join('\n');
}

function trafficText({ traffic: { people, perSecond, failing } }: RolloutPreview): string {
  if (people === null && perSecond === null) return 'Nobody has evaluated it in the last day: people and times are unknown.';
  const known = [
    people === null ? null : `${count(people)} people`,
    perSecond === null ? null : `${perSecond < 10 ? perSecond.toFixed(1) : count(perSecond)} a second`,
    failing === null ? null : `${(failing * 100).toFixed(failing < 0.001 ? 2 : 1)} % of the work fails`,
  ];
  return `In the last day: ${known.filter((part) => part !== null).join(', ')}.`;
}

function stageLines({ percent, advance, people, expectedMs, skipped, guards }: Stage, look: Look): string[] {
  const head = percentText(percent).padStart(8);
  if (skipped) return [look.ink('dim', `${head}  it stands there already`)];
  const who = people === null ? '? people' : `${count(people)} people`;
  const time = expectedMs === null ? (advance === 'manual' ? '–' : 'unknown') : durationText(expectedMs);
  return [
    `${look.ink('bold', head)}  ${LEAVES[advance].padEnd(12)}  ${time.padEnd(8)}  ${who}`,
    ...guards.map(({ key, text }) => look.ink('dim', `${' '.repeat(10)}${key}: ${text}`)),
  ];
}

function verdict({ wouldStart, refusal, existing, waits }: RolloutPreview, look: Look): string {
  if (existing !== null) {
    return `This release has a rollout already: ${existing.id}, ${existing.state} at ${percentText(existing.percent)}. A start answers that one.`;
  }
  if (!wouldStart) return look.ink('red', `It would not start: ${refusal?.detail ?? 'it is refused'}`);
  return look.ink('green', waits === null ? 'It would start.' : `It would start, and wait: ${waits.text}`);
}

export function addPreview(rollout: Command): void {
  withStartOptions(
    rollout
      .command('preview')
      .description('what a start would do: people, time and what guards can see at each stage; exits as the start would'),
  ).action(async (options: StartOptions, command: Command) => {
    const { api, settings, output } = await contextOf(command);
    const answer = await api.post<{ preview: RolloutPreview }>(`${rolloutsOf(settings)}/preview`, startBodyOf(options));
    const { preview } = answer;
    output.result(answer, () => describePreview(preview, options.flag, lookOf(process.stdout, process.env)));
    process.exitCode = preview.refusal === null ? EXIT.ok : exitFor(409, preview.refusal.code);
  });
}
