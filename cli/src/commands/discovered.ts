import type { DiscoveredRow } from '@burgee/server/api';
import type { Command } from 'commander';
import { path } from '../api.ts';
import { durationText } from '../duration.ts';
import { table } from '../output.ts';
import type { Settings } from '../settings.ts';
import { contextOf } from './context.ts';

interface Page {
  readonly discovered: readonly DiscoveredRow[];
  readonly next: string | null;
}

/** `/api/v1/projects/<project>/discovered-flags`, with what follows. */
export const discoveredPath = (settings: Settings, ...more: readonly string[]): string =>
  path('api', 'v1', 'projects', settings.project, 'discovered-flags', ...more);

/** What applications ask for and nobody has made: `burgee flags discovered`, `burgee flags dismiss`. */
export function addDiscovered(flags: Command): void {
  flags
    .command('discovered')
    .description('flags that applications ask for and the project does not have; with --environment, in that one')
    .action(async (_options: object, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      const { environment } = command.optsWithGlobals<{ environment?: string }>();
      const discovered: DiscoveredRow[] = [];
      let after: string | null = null;
      do {
        const query: URLSearchParams = new URLSearchParams({ limit: '200' });
        if (after !== null) query.set('after', after);
        if (environment !== undefined) query.set('environment', environment);
        const page: Page = await api.get<Page>(`${discoveredPath(settings)}?${query}`);
        discovered.push(...page.discovered);
        after = page.next;
      } while (after !== null);
      output.result({ discovered }, () => {
        if (discovered.length === 0) return 'No application asks for a flag that is not there.';
        const rows = discovered.map(({ flag, type, fallback, count, lastSeenAt, places }) => [
          flag,
          type,
          fallback ?? '',
          String(count),
          `${durationText(Date.now() - lastSeenAt)} ago`,
          places.map(({ environment: where, apps }) => `${where} (${apps.join(', ')})`).join(', '),
        ]);
        return `${table(['flag', 'type', 'default', 'asked', 'last', 'where'], rows)}\n\nMake one with \`burgee flags create <flag> --discovered\`, or \`burgee flags dismiss <flag>\`.`;
      });
    });

  flags
    .command('dismiss <flag>')
    .description('hide a discovered flag')
    .option('--reason <text>', 'why, for the audit log')
    .action(async (flag: string, options: { reason?: string }, command: Command) => {
      const { api, settings, output } = await contextOf(command);
      await api.post(discoveredPath(settings, 'dismiss'), { flag, reason: options.reason });
      output.result({ dismissed: flag }, () => `Dismissed ${flag}.`);
    });
}
