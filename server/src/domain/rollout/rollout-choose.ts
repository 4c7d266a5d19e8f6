import type { Rule, Serve } from '@burgee/engine';
import { BurgeeError, invalid } from '../errors.ts';
import type { Flag, FlagState } from '../flag/flag.ts';
import type { StartRequest } from './rollout-start.ts';

/** The rule that a rollout raises; a state that had none to raise gets one. */
export function chooseRule(
  request: Pick<StartRequest, 'rule' | 'variant'>,
  flag: Flag,
  state: FlagState,
  newId: string,
): { readonly rule: Rule; readonly state: FlagState } {
  const found = request.rule === undefined ? onlyRule(state.rules) : namedRule(state.rules, request.rule);
  if (found !== undefined) {
    refuseOtherVariant(request.variant, found);
    return { rule: found, state };
  }
  const variant = request.variant ?? (flag.type === 'boolean' ? 'on' : undefined);
  const choices = flag.variants.map(({ key }) => key);
  if (variant === undefined) {
    throw new BurgeeError('variant_required', `name the variant that the rollout brings: ${choices.join(', ')}`, {
      variants: choices,
    });
  }
  if (!choices.includes(variant)) throw invalid({ field: 'variant', message: `must be one of ${choices.join(', ')}` });
  if (state.enabled && state.defaultVariant === variant) {
    throw invalid({ field: 'variant', message: `everyone gets ${variant} by default already: there is nothing to raise` });
  }
  const rule: Rule = { id: newId, percent: 0, by: 'default', serve: { variant } };
  return { rule, state: { ...state, rules: [...state.rules, rule] } };
}

function namedRule(rules: readonly Rule[], id: string): Rule {
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule !== undefined) return rule;
  const known = rules.length === 0 ? 'this flag has no rules here' : `must be one of ${rules.map((r) => r.id).join(', ')}`;
  throw invalid({ field: 'rule', message: known });
}

/** The only rule below 100 %, else one at 100 %, else none. */
function onlyRule(rules: readonly Rule[]): Rule | undefined {
  const below = rules.filter(({ percent }) => percent < 100);
  if (below.length <= 1) return below[0] ?? rules[0];
  const list = below.map(({ id, title, percent }) => ({ id, title: title ?? null, percent }));
  throw new BurgeeError('rule_ambiguous', `several rules are below 100 %, name one: ${below.map(({ id }) => id).join(', ')}`, {
    rules: list,
  });
}

function refuseOtherVariant(variant: string | undefined, rule: Rule): void {
  if (variant === undefined || ('variant' in rule.serve && rule.serve.variant === variant)) return;
  throw invalid({ field: 'variant', message: `rule ${rule.id} serves ${serveText(rule.serve)}; leave the variant out` });
}

/** Switches a flag on, if that alone serves nobody anything but its off variant. */
export function enabledState(state: FlagState): FlagState {
  if (state.enabled) return state;
  const serving = state.rules.filter(({ percent }) => percent > 0);
  if (serving.length === 0 && state.defaultVariant === state.offVariant) return { ...state, enabled: true };
  const serves = [
    ...serving.map(({ id, percent, serve }) => ({ rule: id as string | null, percent, serves: serveText(serve) })),
    { rule: null, percent: 100, serves: state.defaultVariant },
  ];
  const list = serves.map(({ rule, percent, serves: what }) =>
    rule === null ? `by default ${what}` : `rule ${rule}: ${what} to ${percent} %`,
  );
  throw new BurgeeError(
    'flag_off',
    `the flag is off, and switching it on would serve more than its off variant: ${list.join('; ')}`,
    {
      serves,
    },
  );
}

function serveText(serve: Serve): string {
  return 'variant' in serve ? serve.variant : `a split of ${serve.split.weights.map(({ variant }) => variant).join(', ')}`;
}
