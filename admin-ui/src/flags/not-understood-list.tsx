import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.ts';
import { page } from '../text/flag-page.ts';
import css from './movers-list.module.css';
import { type Edit, newLooks, newNeeds, notUnderstood } from './not-understood.ts';

interface Props extends Edit {
  readonly at: { readonly project: string; readonly environment: string };
}

/** Which clients would not understand the change, before it is made; nothing where all would, as far as is known. */
export function NotUnderstood({ at: { project, environment }, ...edit }: Props) {
  const attributes = useQuery({ ...queries.attributes(project, environment), enabled: newLooks(edit).length > 0 }).data;
  const flags = useQuery({ ...queries.flagsIn(project, environment), enabled: newNeeds(edit).length > 0 }).data;
  const access = flags && new Map(flags.map(({ flag }) => [flag.key, flag.browserAccess]));
  const lines = notUnderstood(edit, { attributes, access });
  if (lines.length === 0) return null;
  return (
    <section className={css.warned} aria-label={page.understood.title}>
      <IconAlertTriangle size={16} aria-hidden="true" />
      <div>
        <strong>{page.understood.title}</strong>
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}
