import type { Guard, LatencyGuard, QueryGuard, SourceGuard } from './guard.ts';
import { comparesArms } from './source-windows.ts';

type Say = (field: string, message: string) => void;

/** Everything that is wrong with one guard of a plan; `at` is its path. `sources`: keys of the project's. */
export function guardMistakes(guard: Guard, at: string, sources: readonly string[], say: Say): void {
  for (const field of ['coolDownMs', 'retries'] as const) {
    if (guard.action !== 'back' && guard[field] !== undefined) say(`${at}.${field}`, 'belongs to the action back only');
  }
  if (guard.kind === 'outcomes' || guard.kind === 'latency') {
    checkTolerated(guard.tolerated, at, say);
    if (guard.kind === 'latency') checkCutoffs(guard.cutoffsMs, at, say);
    return;
  }
  if (guard.kind === 'query') checkQuery(guard, at, say);
  if (guard.kind === 'rate' && !(guard.limitPerSecond > 0)) say(`${at}.limitPerSecond`, 'must be above 0 events per second');
  if (guard.kind === 'threshold') {
    if (!Number.isFinite(guard.limit)) say(`${at}.limit`, 'must be a number');
    if (!(guard.consecutive >= 2)) say(`${at}.consecutive`, 'must be at least 2: one reading alone says nothing');
  }
  checkSource(guard, at, sources, say);
}

function checkTolerated(tolerated: number, at: string, say: Say): void {
  if (!(tolerated >= 1 && tolerated < 50)) say(`${at}.tolerated`, 'must be at least 1 and below 50');
}

function checkCutoffs(cutoffsMs: LatencyGuard['cutoffsMs'], at: string, say: Say): void {
  if (cutoffsMs === 'auto') return;
  if (cutoffsMs.length < 1 || cutoffsMs.length > 3) say(`${at}.cutoffsMs`, 'must be auto or one to three cut-offs in ms');
  cutoffsMs.forEach((cutoff, i) => {
    if (!(cutoff > 0 && cutoff <= 600_000)) say(`${at}.cutoffsMs[${i}]`, 'must be above 0 and at most 600000 ms');
    const before = cutoffsMs[i - 1];
    if (before !== undefined && cutoff <= before) say(`${at}.cutoffsMs[${i}]`, `must be above the one before it, ${before}`);
  });
}

function checkQuery(guard: QueryGuard, at: string, say: Say): void {
  if (!comparesArms(guard)) {
    if (!(guard.limit > 0 && guard.limit < 1)) say(`${at}.limit`, 'must be a rate between 0 and 1');
    if (guard.tolerated !== undefined) say(`${at}.tolerated`, 'belongs to queries that contain {arm} only');
    return;
  }
  checkTolerated(guard.tolerated ?? 1, at, say);
  if (guard.limit !== 0) say(`${at}.limit`, 'must be left out where {arm} is compared: set tolerated');
  for (const text of ['errors', 'total'] as const) {
    if (!guard[text].includes('{arm}')) say(`${at}.${text}`, 'must contain {arm} as the other one does');
  }
}

function checkSource({ source }: SourceGuard, at: string, sources: readonly string[], say: Say): void {
  if (sources.includes(source)) return;
  say(`${at}.source`, sources.length === 0 ? 'the project has no metric source' : `must be one of ${sources.join(', ')}`);
}
