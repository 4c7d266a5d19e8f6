import type { Flag } from '@burgee/server/api';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.ts';
import type { StateRow } from '../api/resources.ts';
import { useNow } from '../app/now.ts';
import { page } from '../text/flag-page.ts';
import { warningsOf } from './find-warnings.ts';
import css from './warnings.module.css';

/** What somebody who looks at this flag here should know before anything else. */
export function Warnings({ flag, row }: { flag: Flag; row: StateRow }) {
  const needsFlags = row.state.prerequisites.length > 0;
  const namesSegments = row.state.rules.some(({ segments }) => (segments?.length ?? 0) > 0);
  const flags = useQuery({ ...queries.flagsIn(flag.project, row.state.environment), enabled: needsFlags }).data;
  const segments = useQuery({ ...queries.segments(flag.project), enabled: namesSegments }).data;
  const now = useNow(60_000);
  const warnings = warningsOf({
    ...{ flag, row, now, flags: needsFlags ? flags : undefined },
    segments: segments && new Set(segments.map(({ segment }) => segment.key)),
  });
  if (warnings.length === 0) return null;
  return (
    <section className={css.warnings} aria-label={page.warnings.title}>
      <IconAlertTriangle size={18} aria-hidden="true" />
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </section>
  );
}
