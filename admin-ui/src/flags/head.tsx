import { ActionIcon, Anchor, Button, CopyButton, Menu, Title, Tooltip } from '@mantine/core';
import {
  IconArchive,
  IconArchiveOff,
  IconCheck,
  IconCopy,
  IconDots,
  IconGitCompare,
  IconPencil,
  IconStar,
  IconStarFilled,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { patchFlag } from '../api/changes.ts';
import type { FlagRow } from '../api/resources.ts';
import { useFavourites } from '../app/favourites.ts';
import { useMay } from '../app/permissions.ts';
import { sayDone } from '../app/toast.ts';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import { KindChip } from './kind-chip.tsx';
import { Markdown } from './markdown/markdown.tsx';
import css from './page.module.css';

const DetailsDrawer = lazy(() => import('./details-drawer.tsx').then((m) => ({ default: m.DetailsDrawer })));
const PromotionDialog = lazy(() => import('./promotion/dialog.tsx').then((m) => ({ default: m.PromotionDialog })));

/** What a flag is called, what it is for, and what can be done with it as a whole. */
export function Head({ row, chosen }: { row: FlagRow; chosen: string }) {
  const { flag, version, states } = row;
  const may = useMay();
  const favourites = useFavourites(flag.project);
  const [doing, setDoing] = useState<'edit' | 'promote' | null>(null);
  const name = flag.name || flag.key;
  const favourite = favourites.keys.has(flag.key);
  const to = `/projects/${encodeURIComponent(flag.project)}/flags`;
  return (
    <header className={css.head}>
      <div className={css.crumb}>
        <Anchor component={Link} to={to} fz="sm">
          {text.flags.title}
        </Anchor>
        <span aria-hidden="true">/</span>
      </div>
      <div className={css.title}>
        <Title order={1} className={css.name ?? ''}>
          {name}
        </Title>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-pressed={favourite}
          aria-label={text.flags.list.favourite(name)}
          className={css.star ?? ''}
          onClick={() => favourites.toggle(flag.key)}
        >
          {favourite ? <IconStarFilled size={17} /> : <IconStar size={17} />}
        </ActionIcon>
        <span className={css.meta}>
          <span className="key">{flag.key}</span>
          <CopyKey value={flag.key} />
          <KindChip kind={flag.kind} />
          <span>{text.flags.types[flag.type]}</span>
          {flag.tags.map((tag) => (
            <Link key={tag} className={css.tag} to="/projects/$project/flags" params={{ project: flag.project }} search={{ tag }}>
              #{tag}
            </Link>
          ))}
          {flag.archived && <strong className={css.archived}>{text.flags.archive.mark}</strong>}
        </span>
        <span className={css.tools}>
          {states.length > 1 && (
            <Button variant="default" size="xs" leftSection={<IconGitCompare size={15} />} onClick={() => setDoing('promote')}>
              {page.promotion.action}
            </Button>
          )}
          {may('flag:write') && (
            <>
              <Button variant="default" size="xs" leftSection={<IconPencil size={15} />} onClick={() => setDoing('edit')}>
                {text.flags.edit.action}
              </Button>
              <More row={row} />
            </>
          )}
        </span>
      </div>
      {flag.description !== '' && (
        <div className={css.description}>
          <Markdown text={flag.description} />
        </div>
      )}
      <Suspense fallback={null}>
        {doing === 'edit' && <DetailsDrawer flag={flag} version={version} onClose={() => setDoing(null)} />}
        {doing === 'promote' && <PromotionDialog row={row} chosen={chosen} onClose={() => setDoing(null)} />}
      </Suspense>
    </header>
  );
}

function CopyKey({ value }: { value: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? text.flags.page.copied : text.flags.page.copy}>
          <ActionIcon size="sm" variant="subtle" color="gray" aria-label={text.flags.page.copy} onClick={copy}>
            {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

function More({ row: { flag, version } }: { row: FlagRow }) {
  const client = useQueryClient();
  const name = flag.name || flag.key;
  const archive = useMutation({
    mutationFn: () => patchFlag(flag.project, flag.key, { archived: !flag.archived }, version),
    onSuccess: () => {
      sayDone(flag.archived ? text.flags.archive.undone(name) : text.flags.archive.done(name));
      void client.invalidateQueries({ queryKey: ['flags', flag.project] });
      void client.invalidateQueries({ queryKey: ['flag', flag.project, flag.key] });
    },
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label={text.flags.more}>
          <IconDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={flag.archived ? <IconArchiveOff size={15} /> : <IconArchive size={15} />}
          onClick={() => archive.mutate()}
        >
          {flag.archived ? text.flags.archive.undo : text.flags.archive.action}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
