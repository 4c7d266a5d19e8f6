import type { Flag, FlagState } from '@burgee/server/api';
import { type Command, InvalidArgumentError } from 'commander';
import { type Api, path } from '../api.ts';
import { CommandError, EXIT } from '../exit.ts';
import { percentText, table } from '../output.ts';
import { environmentOf, type Settings } from '../settings.ts';
import { contextOf } from './context.ts';
import { addDiscovered, discoveredPath } from './discovered.ts';

interface StateAnswer {
  readonly state: FlagState;
  readonly version: number;
}

interface FlagAnswer {
  readonly flag: Flag;
  readonly version: number;
  readonly states: readonly StateAnswer[];
}

const flagsPath = (settings: Settings): string => path('api', 'v1', 'projects', settings.project, 'flags');
const statePath = (settings: Settings, flag: string): string =>
  path('api', 'v1', 'projects', settings.project, 'environments', environmentOf(settings), 'flags', flag);

/** `on 25 %`, `off`, `killed`: what one environment serves, in a word. */
export function stateText(state: FlagState): string {
  if (state.killed !== null) return 'killed';
  if (!state.enabled) return 'off';
  const percents = state.rules.map((rule) => percentText(rule.percent));
  return percents.length === 0 ? `on (${state.defaultVariant})` : `on ${percents.join(', ')}`;
}

const percent = (text: string): number => {
  const value = Number(text.replace(/%$/, ''));
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('a percent from 0 to 100 is wanted.');
  return value;
};

const variant = (
  text: string,
  before: readonly { key: string; value: unknown }[] = [],
): readonly { key: string; value: unknown }[] => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('key=value is wanted, the value as JSON or plain text.');
  const raw = text.slice(at + 1);
  let value: unknown = raw;
  try {
    value = JSON.parse(raw);
  } catch {
    // Plain text is a string.
  }
  return [...before, { key: text.slice(0, at), value }];
};

export function addFlags(program: Command): void {
  const flags = program.command('flags').description('list, show, create and change flags');

  flags
    .command('list')
    .description('every flag with its state in each environment')
    .option('--search <text>', 'only keys and names that contain it')
    .action(async (options: { search?: string }, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const query = options.search === undefined ? '' : `?search=${encodeURIComponent(options.search)}`;
      const answer = await api.get<{ flags: FlagAnswer[] }>(`${flagsPath(settings)}${query}`);
      output.result(answer, () => {
        if (answer.flags.length === 0)
          return `No flags in project ${settings.project} yet: make one with \`burgee flags create <key>\`.`;
        const environments = [...new Set(answer.flags.flatMap(({ states }) => states.map(({ state }) => state.environment)))];
        const cell = (states: readonly StateAnswer[], environment: string): string => {
          const found = states.find(({ state }) => state.environment === environment);
          return found === undefined ? '' : stateText(found.state);
        };
        return table(
          ['key', 'kind', ...environments],
          answer.flags.map(({ flag, states }) => [
            flag.key,
            flag.kind,
            ...environments.map((environment) => cell(states, environment)),
          ]),
        );
      });
    });

  flags
    .command('show <flag>')
    .description('one flag: definition, and rules in each environment')
    .action(async (key: string, _options: object, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const answer = await api.get<FlagAnswer>(`${flagsPath(settings)}${path(key)}`);
      output.result(answer, () => {
        const { flag } = answer;
        const head = `${flag.key}  ${flag.type} ${flag.kind}${flag.archived ? ', archived' : ''}\n${flag.name}${flag.description === '' ? '' : `\n${flag.description}`}`;
        return `${head}\n\n${table(
          ['environment', 'state'],
          answer.states.map(({ state }) => [state.environment, stateText(state)]),
        )}`;
      });
    });

  flags
    .command('create <flag>')
    .description('make a flag; it is off everywhere')
    .option('--name <name>')
    .option('--description <text>')
    .option('--kind <kind>', 'release, experiment, operational, kill-switch or permission', 'release')
    .option('--type <type>', 'boolean (unless said), string, number or json')
    .option('--discovered', 'one that applications ask for: type and variants come from the default in their code')
    .option('--variant <key=value>', 'a variant (again for more); boolean flags have on and off', variant)
    .option('--tag <tag...>')
    .action(async (key: string, options: Record<string, unknown>, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const { variant: variants, tag: tags, name, description, kind, type, discovered } = options;
      const told = { name, description, kind, variants, tags };
      if (discovered === true && type !== undefined)
        throw new CommandError(EXIT.usage, 'usage', '--type: a discovered flag has the type of the default in the code');
      const answer =
        discovered === true
          ? await api.post<FlagAnswer>(discoveredPath(settings, 'create'), { flag: key, ...told })
          : await api.post<FlagAnswer>(flagsPath(settings), { key, type, ...told });
      output.result(
        answer,
        () =>
          `Made ${answer.flag.key}. It is off everywhere; turn it on with \`burgee flags set ${answer.flag.key} --on --percent 1\`.`,
      );
    });

  addDiscovered(flags);

  flags
    .command('set <flag>')
    .description('turn a flag on or off in one environment, or change a rule’s percent')
    .option('--on', 'enable it')
    .option('--off', 'disable it')
    .option('--percent <percent>', 'the percent of the rule', percent)
    .option('--rule <id>', 'which rule, when there are several')
    .option('--default <variant>', 'what those outside every rule get')
    .action(async (key: string, options: SetOptions, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const answer = await setState(api, statePath(settings, key), options);
      output.result(answer, () => `${key} in ${answer.state.environment}: ${stateText(answer.state)}`);
    });

  for (const [verb, done] of [
    ['kill', 'off for everyone; nothing automatic turns it on again'],
    ['restore', 'back to its rules'],
  ] as const) {
    flags
      .command(`${verb} <flag>`)
      .description(verb === 'kill' ? 'force a flag to its off variant now' : 'lift a kill')
      .option('--reason <text>', 'why, for the audit log', 'no reason given')
      .action(async (key: string, options: { reason: string }, command: Command) => {
        const { api, settings, output } = await contextOf(command);
        const answer = await api.post<StateAnswer>(`${statePath(settings, key)}/${verb}`, { reason: options.reason });
        output.result(answer, () => `${key} in ${answer.state.environment}: ${done}.`);
      });
  }
}

interface SetOptions {
  readonly on?: true;
  readonly off?: true;
  readonly percent?: number;
  readonly rule?: string;
  readonly default?: string;
}

async function setState(api: Api, at: string, options: SetOptions): Promise<StateAnswer> {
  if (options.on === true && options.off === true)
    throw new CommandError(EXIT.usage, 'usage', '--on and --off exclude each other');
  const { state, version } = await api.get<StateAnswer>(at);
  const patch: { enabled?: boolean; defaultVariant?: string; rules?: unknown[] } = {};
  if (options.on === true || options.off === true) patch.enabled = options.on === true;
  if (options.default !== undefined) patch.defaultVariant = options.default;
  if (options.percent !== undefined) patch.rules = withPercent(state, options.percent, options.rule);
  if (Object.keys(patch).length === 0)
    throw new CommandError(EXIT.usage, 'usage', 'nothing to set: give --on, --off, --percent or --default');
  return (await api.request<StateAnswer>('PATCH', at, patch, version)).body;
}

/** The rules with one percent changed; a flag without rules gets one that serves `on`. */
function withPercent(state: FlagState, value: number, rule: string | undefined): unknown[] {
  const { rules } = state;
  if (rules.length === 0 && rule === undefined) return [{ percent: value, by: 'default', serve: { variant: 'on' } }];
  const chosen = rule === undefined ? (rules.length === 1 ? rules[0] : undefined) : rules.find(({ id }) => id === rule);
  if (chosen === undefined) {
    const ids = rules.map(({ id }) => id).join(', ');
    throw new CommandError(
      EXIT.usage,
      'rule_ambiguous',
      rule === undefined ? `which rule? Give --rule with one of ${ids}` : `no rule ${rule}; there are ${ids}`,
    );
  }
  return rules.map((each) => (each === chosen ? { ...each, percent: value } : each));
}
