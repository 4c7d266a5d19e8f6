import type { Plan, Stage } from '@burgee/server/api';
import type { Command } from 'commander';
import { path } from '../api.ts';
import { durationText } from '../duration.ts';
import { percentText, table } from '../output.ts';
import { contextOf } from './context.ts';

interface Shown extends Omit<Plan, 'project'> {
  readonly builtin: boolean;
}

const WAITS: Readonly<Record<Stage['advance'], (stage: Stage) => string>> = {
  evidence: ({ bakeMs, maxHoldMs }) => `evidence, at least ${durationText(bakeMs)}; holds after ${durationText(maxHoldMs)}`,
  time: ({ bakeMs }) => durationText(bakeMs),
  manual: ({ bakeMs }) => `a person, at least ${durationText(bakeMs)}`,
};

/** A plan for people. */
export function describePlan(plan: Shown): string {
  const stages = table(
    ['stage', 'percent', 'leaves it on'],
    plan.stages.map((stage, i) => [String(i + 1), percentText(stage.percent), WAITS[stage.advance](stage)]),
  );
  const guards =
    plan.guards.length === 0
      ? 'No guards: nothing reverts it by itself.'
      : table(
          ['guard', 'kind', 'when it fails'],
          plan.guards.map(({ key, kind, action }) => [key, kind, action]),
        );
  const odds = (alpha: number): string => `1 in ${Math.floor(1 / alpha + 1e-9).toLocaleString('en-US')}`;
  const luck = `A harmless release is ever reverted by chance at most ${odds(plan.revertAlpha)} times, paused ${odds(plan.pauseAlpha)}.`;
  const rests = [
    ...(plan.holdback ? [`${percentText(plan.holdback)} keep the old version until the last stage is over.`] : []),
    ...(plan.freeze ?? []).map(
      ({ days, from, to, timeZone }) => `Nothing advances ${days.join(', ')} ${from}–${to} ${timeZone}.`,
    ),
    ...(plan.trustClientOutcomes ? ['It trusts what browsers report: whoever has a client key can revert and advance.'] : []),
    luck,
  ];
  const head = [`${plan.name} (${plan.key}${plan.builtin ? ', built in' : ''})`, ...(plan.description ? [plan.description] : [])];
  return [...head, '', stages, '', guards, '', ...rests].join('\n');
}

export function addPlans(program: Command): void {
  const plans = program.command('plans').description('recipes of rollouts');
  plans
    .command('list')
    .description('the plans of the project, built-in ones too')
    .action(async (_options: object, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const answer = await api.get<{ plans: Shown[] }>(path('api', 'v1', 'projects', settings.project, 'plans'));
      output.result(answer, () =>
        table(
          ['key', 'name', 'stages', 'guards'],
          answer.plans.map((plan) => [
            plan.key,
            plan.name,
            [...plan.stages.map(({ percent }) => percent), 100].join(' '),
            plan.guards.map(({ key, action }) => `${key} → ${action}`).join(', '),
          ]),
        ),
      );
    });
  plans
    .command('show <plan>')
    .description('one plan: its stages, what each waits for, and its guards')
    .action(async (key: string, _options: object, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const plan = await api.get<Shown>(path('api', 'v1', 'projects', settings.project, 'plans', key));
      output.result(plan, () => describePlan(plan));
    });
}
