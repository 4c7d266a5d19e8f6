import type { Flag } from '@burgee/server/api';
import { Title } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.ts';
import type { FlagRow } from '../api/resources.ts';
import { useNow } from '../app/now.ts';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import { ago, exactTime, shortDate } from '../text/format.ts';
import css from './about.module.css';
import { endOfLife, lifecycleOf } from './lifecycle.ts';
import { LifeCycleChip } from './lifecycle-chip.tsx';
import { safeHref } from './markdown/inline.tsx';

const t = page.about;

/** What a flag is beside what it does: who answers for it, how long it should live, who may see it, where to read on. */
export function About({ row }: { row: FlagRow }) {
  const { flag, states } = row;
  const owners = useQuery(queries.owners(flag.project)).data;
  const now = useNow(30_000);
  const life = lifecycleOf(row, now);
  const end = endOfLife(flag);
  const seen = Math.max(...states.map(({ lastEvaluated }) => lastEvaluated ?? 0), 0);
  const owner = owners?.find(({ id }) => id === flag.owner);
  const access = page.browserAccess[flag.browserAccess];
  return (
    <section className={`card ${css.card}`}>
      <Title order={2}>{t.title}</Title>
      <dl>
        <Fact name={text.flags.list.life}>
          <LifeCycleChip life={life} />
          <small>{text.flags.lifeMeans[life]}</small>
        </Fact>
        <Fact name={t.owner}>{flag.owner === null ? t.nobody : (owner?.name ?? flag.owner)}</Fact>
        <Fact name={t.browsers}>
          {access.name}
          <small>{access.means}</small>
        </Fact>
        <Fact name={t.seen}>{seen === 0 ? t.never : ago(seen, now)}</Fact>
        <Fact name={t.made}>
          <time title={exactTime(flag.createdAt)}>{shortDate(flag.createdAt)}</time>
        </Fact>
        <Fact name={t.ends}>{end === null ? t.stays : <time title={exactTime(end)}>{shortDate(end)}</time>}</Fact>
        {flag.links.length > 0 && (
          <Fact name={t.links}>
            <Links links={flag.links} />
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Links({ links }: { links: Flag['links'] }) {
  return (
    <ul>
      {links.map(({ title, url }, index) => {
        const href = safeHref(url);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: links have no identity but their place
          <li key={index}>
            {href === null ? (
              title
            ) : (
              <a href={href} target="_blank" rel="noopener noreferrer">
                {title} <IconExternalLink size={13} aria-hidden="true" />
              </a>
            )}
          </li>
        );
      })}
    </ul>
  );
}
