import { z } from 'zod';
import { BurgeeError } from '../../domain/errors.ts';
import { refusals } from '../../domain/rollout/preflight.ts';
import type { Plan, Rollout, StateReason } from '../../domain/rollout/rollout.ts';
import { withHoldback } from '../../domain/rollout/rollout-plans.ts';
import { type DayTraffic, dayTraffic, previewOf, type RolloutPreview } from '../../domain/rollout/rollout-preview.ts';
import { type StartFacts, type StartRequest, type Step, startInTurn } from '../../domain/rollout/rollout-start.ts';
import type { Deps } from '../frame/deps.ts';
import { type Route, route } from '../frame/route.ts';
import { preflight } from './preflight.ts';
import { ofEnvironment, previewView, startBody } from './rollout-schemas.ts';
import { factsOf, placesOf, planAtStart } from './rollout-start.ts';
import { workRows } from './work-rows.ts';

const DAY_MS = 86_400_000;

/** What a start would do: nothing is changed. */
export const previewRoute: Route = route({
  method: 'post',
  path: '/api/v1/projects/{project}/environments/{environment}/rollouts/preview',
  permission: 'rollout:start',
  summary: 'What a start with this body would do: people, time and what guards can see per stage, and whether it would start',
  params: ofEnvironment,
  body: startBody,
  responses: { 200: z.object({ preview: previewView, previews: z.array(previewView).optional() }) },
  handle: async (call) => {
    const { params, body, principal, deps } = call;
    const { environments, ...request } = body;
    const places = placesOf(principal, params, environments);
    const facts = await factsOf(call, params.project, places, request);
    const previews = await Promise.all(facts.map((one, i) => preview(deps, request, one, facts[i - 1])));
    return { status: 200, body: { preview: previews[0], ...(environments && { previews }) } };
  },
});

async function preview(deps: Deps, request: StartRequest, facts: StartFacts, earlier: StartFacts | undefined) {
  const { at, flag } = facts;
  const { project, environment } = facts.state.entity;
  const seen = await preflight(deps, facts.plan, { project, environment, flag: flag.entity.key }, at);
  const { after: _, ...alone } = request;
  const tried = attempt(earlier === undefined ? request : alone, facts);
  const rollout = tried.step?.kind === 'new' ? tried.step.begun.rollout : tried.step?.rollout.entity;
  const existing =
    tried.step?.kind === 'same' && rollout ? { id: rollout.id, state: rollout.state, percent: rollout.percent } : null;
  const plan = rollout?.plan ?? withHoldback(facts.plan);
  const rule = facts.state.entity.rules.find(({ id }) => id === rollout?.rule);
  const waits = tried.step?.kind === 'new' ? waitsOf(tried.step.begun.rollout, earlier) : null;
  const startPercent = rule?.percent ?? 0;
  const refused =
    existing !== null || request.force !== undefined || startPercent >= 100 ? [] : refusals(plan, seen, waits?.code === 'after');
  const refusal = tried.refusal ?? refused[0] ?? (existing === null ? await unfixable(deps, facts) : null);
  return previewOf({
    ...{ environment, waits: refusal === null ? waits : null, existing, plan, startPercent, at, preflight: seen },
    refusal: refusal && { ...refusal.details, code: refusal.code, detail: refusal.message },
    rule: rule?.id ?? null,
    traffic: await trafficOf(deps, plan, { project, environment, flag: flag.entity.key, rule: rule?.id }, at),
  }) satisfies RolloutPreview;
}

/** Why the plan's automatic cut-offs cannot be fixed now, or null. */
async function unfixable(deps: Deps, facts: StartFacts): Promise<BurgeeError | null> {
  try {
    await planAtStart(deps, facts);
    return null;
  } catch (error) {
    if (error instanceof BurgeeError && error.code === 'invalid') return error;
    throw error;
  }
}

function waitsOf(rollout: Rollout, earlier: StartFacts | undefined): StateReason | null {
  if (earlier === undefined) return rollout.waiting ? rollout.reason : null;
  const text = `Waits until the rollout in ${earlier.state.entity.environment} has completed.`;
  return { code: 'after', text, since: rollout.startedAt };
}

/** The start as it would be decided, without sources and reports. What is wrong with the request itself is thrown. */
function attempt(request: StartRequest, facts: StartFacts): { readonly step?: Step; readonly refusal?: BurgeeError } {
  try {
    const [step] = startInTurn(request, [facts]).steps;
    return step === undefined ? {} : { step };
  } catch (error) {
    if (!(error instanceof BurgeeError) || error.code === 'invalid') throw error;
    return { refusal: error };
  }
}

async function trafficOf(
  deps: Deps,
  plan: Plan,
  { project, environment, flag, rule }: { project: string; environment: string; flag: string; rule: string | undefined },
  at: number,
): Promise<DayTraffic> {
  const day = { project, environment, from: at - DAY_MS, to: at + 1 };
  const rows = (series: string, subjectPrefix: string) => deps.store.minutes({ ...day, series, subjectPrefix });
  const [sketches, counts, work] = await Promise.all([
    rule === undefined ? [] : rows('sketch', `flag/${flag}/${rule}`),
    rows('count', `flag/${flag}/`),
    workRows(deps, plan, day),
  ]);
  const exact = sketches.filter(({ subject }) => subject === `flag/${flag}/${rule}`);
  return dayTraffic({ sketches: exact, counts, work }, at);
}
