import type { RolloutView } from '@burgee/server/api';
import { durationText } from './duration.ts';
import { percentText } from './output.ts';
import { barOf, clip, harmless, type Ink, type Look, lengthOf, wrap } from './screen.ts';

const STATE_INK: Readonly<Record<RolloutView['state'], Ink>> = {
  pending: 'cyan',
  running: 'green',
  holding: 'yellow',
  paused: 'yellow',
  completed: 'green',
  reverted: 'red',
  aborted: 'red',
};
const LABEL = 12;
const FIGURE = 8;
/** Room for what stands behind a bar; lines with less than this in all have no bars. */
const TOLD = 36;
const ROOMY = 66;

/** A rollout as lines for a terminal: stages, error rates, gauges, the sentence, what comes next. `now` in ms. */
export function frameOf(rollout: RolloutView, look: Look, now: number): string[] {
  const inner = look.width - 4;
  const lines = [
    ...title(rollout, look, now, inner),
    '',
    ...stages(rollout, look, now, inner),
    '',
    ...rates(rollout, look, inner),
    '',
    ...gauges(rollout, look, now, inner),
    '',
    ...wrap(harmless(rollout.sentence), inner).map((line) => look.ink('bold', line)),
    '',
    ...(rollout.endedAt === null ? row('next', nextText(rollout), look, inner) : []),
    ...guards(rollout, look, inner),
    // never broken: a terminal makes a link of it
    look.ink('dim', 'page'.padEnd(LABEL)) + harmless(rollout.url),
  ];
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}

function title(rollout: RolloutView, look: Look, now: number, inner: number): string[] {
  const state = `● ${rollout.state}`;
  const where = clip(harmless(`${rollout.flag} in ${rollout.environment}`), inner - state.length - 2);
  const gap = ' '.repeat(Math.max(2, inner - lengthOf(where) - state.length));
  const age =
    rollout.endedAt === null
      ? `started ${ago(now - rollout.startedAt)}`
      : `took ${durationText(rollout.endedAt - rollout.startedAt)}`;
  const about = `release ${rollout.release} · plan ${rollout.plan.name} · ${age} by ${rollout.startedBy.name}`;
  return [
    look.ink('bold', where) + gap + look.ink(['bold', STATE_INK[rollout.state]], state),
    look.ink('dim', clip(harmless(about), inner)),
  ];
}

function ago(ms: number): string {
  return ms < 1_000 ? 'just now' : `${durationText(ms)} ago`;
}

/** `●━━━━●━━━━◉━━──○────○` with the percents below; the line towards the next stage fills as this one gets done. ✕: fell from there. */
function stages(rollout: RolloutView, look: Look, now: number, inner: number): string[] {
  const { percent, plan } = rollout;
  const all = [...new Set([...plan.stages.map((stage) => stage.percent), 100])];
  const step = Math.floor((inner - 4) / Math.max(1, all.length - 1));
  const ink = STATE_INK[rollout.state];
  if (step < 5) return [all.map((at) => (at === percent ? `[${at}]` : at)).join(' ')];
  const fell = rollout.state === 'reverted' ? (plan.stages[rollout.stage]?.percent ?? 100) : null;
  const here = all.findLastIndex((at) => at <= (fell ?? percent));
  const done = progressOf(rollout, now);
  const track = all.map((_, i) => {
    const node = i > here ? look.ink('dim', '○') : look.ink(ink, i < here ? '●' : fell === null ? '◉' : '✕');
    if (i === all.length - 1) return node;
    const length = step - 1;
    const filled = i < here ? length : i === here ? Math.round(done * length) : 0;
    return node + look.ink(ink, '━'.repeat(filled)) + look.ink('dim', '─'.repeat(length - filled));
  });
  const labels = all.map((at, i) => {
    const label = i === all.length - 1 ? percentText(at) : String(at);
    const cell = label.padEnd(i === all.length - 1 ? 0 : step);
    return i === here ? look.ink(['bold', ink], cell) : look.ink('dim', cell);
  });
  return [track.join(''), labels.join('')];
}

/** How much of what the present stage waits for is there, 0…1. */
function progressOf({ endedAt, gauges, plan, stage, bakeSince }: RolloutView, now: number): number {
  const present = plan.stages[stage];
  if (endedAt !== null || present === undefined) return 0;
  const baked = present.bakeMs === 0 ? 1 : Math.min(1, Math.max(0, (now - bakeSince) / present.bakeMs));
  return present.advance === 'manual' ? 0 : Math.min(baked, gauges.advance?.share ?? 1);
}

function rates({ totals: { treatment, control } }: RolloutView, look: Look, inner: number): string[] {
  const most = Math.max(treatment.rate, control.rate) || 1;
  const count = (n: number): string => n.toLocaleString('en-US');
  const line = (label: string, arm: typeof treatment, ink: Ink): string => {
    const rate = arm.units === 0 ? '–' : `${(arm.rate * 100).toFixed(arm.rate < 0.001 ? 2 : 1)} %`;
    const told = `${count(arm.errors)} of ${count(arm.units)}${inner < ROOMY ? '' : ' users failed'}`;
    return measured({ label, share: arm.rate / most, figure: rate, told, ink }, look, inner);
  };
  return [
    line('with it', treatment, treatment.rate > 1.5 * control.rate && treatment.errors > 2 ? 'red' : 'green'),
    line('without it', control, 'cyan'),
  ];
}

function gauges(rollout: RolloutView, look: Look, now: number, inner: number): string[] {
  const { revert, advance } = rollout.gauges;
  const stage = rollout.plan.stages[rollout.stage];
  const whole = (share: number): string => `${Math.floor(share * 100)} %`;
  const next = rollout.next.percent === null ? 'the next stage' : percentText(rollout.next.percent);
  const gauge = (label: string, share: number, told: string, ink: Ink) =>
    measured({ label, share, figure: whole(share), told, ink }, look, inner);
  const what = inner < ROOMY ? 'of what' : 'of the evidence that';
  const lines = [gauge('to revert', revert.share, `${what} reverts`, 'red')];
  if (advance !== null) lines.push(gauge('to advance', advance.share, `${what} ${next} needs`, 'green'));
  else if (rollout.endedAt === null && stage?.advance === 'time') {
    lines.push(gauge('to advance', progressOf(rollout, now), `of ${durationText(stage.bakeMs)} here`, 'green'));
  }
  return lines;
}

interface Measured {
  readonly label: string;
  readonly share: number;
  readonly figure: string;
  readonly told: string;
  readonly ink: Ink;
}

/** `label       ████····   12 %   told`; where a line gets narrow it goes without the bar. */
function measured({ label, share, figure, told, ink }: Measured, look: Look, inner: number): string {
  const width = inner < ROOMY ? 0 : Math.min(40, inner - LABEL - FIGURE - TOLD);
  const { full, left } = barOf(share, width);
  const bar = look.ink(ink, full) + look.ink('dim', left);
  const text = clip(told, inner - LABEL - FIGURE - width - 3);
  return `${look.ink('dim', label.padEnd(LABEL))}${bar}${figure.padStart(FIGURE)}${look.ink('dim', `   ${text}`)}`;
}

function nextText({ next }: RolloutView): string {
  return next.percent === null ? next.waitsFor : `${percentText(next.percent)}; waits for ${next.waitsFor}`;
}

const MARK: Readonly<Record<RolloutView['guards'][number]['verdict'], readonly [string, Ink]>> = {
  pass: ['✓', 'green'],
  fail: ['✗', 'red'],
  inconclusive: ['…', 'dim'],
  'no-data': ['?', 'yellow'],
  unavailable: ['?', 'yellow'],
};

/** Every guard with its verdict, where there is more to say than the sentence does. */
function guards({ guards: all, endedAt }: RolloutView, look: Look, inner: number): string[] {
  if (endedAt !== null || all.length < 2) return [];
  return all.map(({ key, verdict, text }, i) => {
    const [mark, ink] = MARK[verdict];
    const told = clip(harmless(`${key}: ${text}`), inner - LABEL - 2);
    return `${look.ink('dim', (i === 0 ? 'guards' : '').padEnd(LABEL))}${look.ink(ink, mark)} ${told}`;
  });
}

function row(label: string, text: string, look: Look, inner: number): string[] {
  return wrap(harmless(text), inner - LABEL).map((line, i) => look.ink('dim', (i === 0 ? label : '').padEnd(LABEL)) + line);
}
