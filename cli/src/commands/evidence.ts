import type { Recomputed } from '@burgee/server/api';
import type { Command } from 'commander';
import { path } from '../api.ts';
import { EXIT } from '../exit.ts';
import { percentText, table } from '../output.ts';
import { findRollout, rolloutsOf, type Which } from '../rollout-address.ts';
import { harmless } from '../screen.ts';
import { contextOf } from './context.ts';

interface Row {
  readonly seq: number;
  readonly at: number;
  readonly percent: number;
  readonly stratum: string;
  readonly n1: number;
  readonly e1: number;
  readonly n0: number;
  readonly e0: number;
  readonly lnM: number;
  readonly lnS: number;
  readonly client: boolean;
}

/** The batch log as a table. */
export function describeEvidence(rows: readonly Row[]): string {
  if (rows.length === 0) return 'No users have been reported yet.';
  return table(
    ['seq', 'time', 'percent', 'from', 'key', 'with it', 'failed', 'without', 'failed', 'ln M', 'ln S'],
    rows.map(({ seq, at, percent, stratum, client, n1, e1, n0, e0, lnM, lnS }) => [
      String(seq),
      new Date(at).toISOString().slice(11, 23),
      percentText(percent),
      harmless(stratum),
      client ? 'client' : 'server',
      ...[n1, e1, n0, e0].map(String),
      lnM.toFixed(3),
      lnS.toFixed(3),
    ]),
  );
}

/** What a replay found, in one line, and then what differs. */
export function describeReplay({ agrees, batches, decisions, differences }: Recomputed): string {
  const some = (n: number, one: string, more: string): string => `${n.toLocaleString('en-US')} ${n === 1 ? one : more}`;
  const made = `${some(batches, 'batch', 'batches')} and ${some(decisions, 'decision', 'decisions')} on evidence made again`;
  if (agrees) return `It agrees: ${made}, every figure the same.`;
  return [
    `It does not agree: ${made}, ${differences.length === 100 ? 'at least 100' : differences.length} differ.`,
    ...differences.map(({ what, seq, at, recorded, recomputed }) => {
      const where = [seq === null ? '' : `row ${seq}`, at === null ? '' : new Date(at).toISOString()].filter(Boolean).join(', ');
      return harmless(`  ${what}${where && ` (${where})`}: recorded ${recorded ?? 'nothing'}, again ${recomputed ?? 'nothing'}`);
    }),
  ].join('\n');
}

export function addEvidence(rollout: Command): void {
  rollout
    .command('evidence [rollout]')
    .description('what was counted at each tick, and how far it spoke for a revert and for going on')
    .option('--flag <key>')
    .option('--release <id>')
    .option('--csv', 'as a table for a spreadsheet')
    .action(async (id: string | undefined, options: Which & { csv?: boolean }, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const found = await findRollout(api, settings, id, options);
      const at = `${rolloutsOf(settings)}${path(found.id, 'evidence')}`;
      if (options.csv === true) {
        process.stdout.write(await api.text(at, 'text/csv'));
        return;
      }
      const answer = await api.get<{ batches: Row[] }>(at);
      output.result(answer, () => describeEvidence(answer.batches));
    });

  rollout
    .command('replay [rollout]')
    .description('make every figure and decision again from the batch log: 0 it agrees, 1 it does not')
    .option('--flag <key>')
    .option('--release <id>')
    .action(async (id: string | undefined, options: Which, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const found = await findRollout(api, settings, id, options);
      const answer = await api.get<Recomputed>(`${rolloutsOf(settings)}${path(found.id, 'replay')}`);
      output.result(answer, () => describeReplay(answer));
      process.exitCode = answer.agrees ? EXIT.ok : EXIT.failed;
    });
}
