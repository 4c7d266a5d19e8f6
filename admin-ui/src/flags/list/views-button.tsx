import { ActionIcon, Button } from '@mantine/core';
import { IconBookmark, IconLayoutRows } from '@tabler/icons-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { FlagFilter } from '../../app/search-params.ts';
import { text } from '../../text/catalogue.ts';
import css from './page.module.css';
import { builtInViews, sameView, useViews } from './views.ts';

const ViewsMenu = lazy(() => import('./views-menu.tsx').then((m) => ({ default: m.ViewsMenu })));
const SaveView = lazy(() => import('./save-view.tsx').then((m) => ({ default: m.SaveView })));
const t = text.flags.list.views;

interface Props {
  readonly project: string;
  readonly me: string;
  readonly filter: FlagFilter;
  readonly compact: boolean;
  onChoose(filter: FlagFilter): void;
  onCompact(compact: boolean): void;
}

/** Filters by name, those that every project has and those that somebody saved here, and how tall rows are. */
export function ViewsButton({ project, me, filter, compact, onChoose, onCompact }: Props) {
  const { views, save, remove } = useViews(project);
  const [asked, setAsked] = useState(false);
  const [saving, setSaving] = useState(false);
  const builtIn = useMemo(() => builtInViews(me), [me]);
  const current = [...builtIn, ...views].find((view) => sameView(view.filter, filter));
  const button = (
    <Button
      variant="default"
      px="sm"
      aria-haspopup="menu"
      leftSection={<IconBookmark size={15} />}
      onClick={() => setAsked(true)}
    >
      {current?.name ?? t.label}
    </Button>
  );
  const more = { builtIn, views, current, onChoose, onSave: () => setSaving(true), onRemove: remove };
  return (
    <>
      {asked ? (
        <Suspense fallback={button}>
          <ViewsMenu button={button} {...more} />
        </Suspense>
      ) : (
        button
      )}
      <ActionIcon
        variant="default"
        size={36}
        className={css.density ?? ''}
        aria-pressed={compact}
        aria-label={text.flags.list.compact}
        title={text.flags.list.compact}
        onClick={() => onCompact(!compact)}
      >
        <IconLayoutRows size={16} />
      </ActionIcon>
      <Suspense fallback={null}>
        {saving && (
          <SaveView
            taken={builtIn.map(({ name }) => name)}
            onSave={(name) => save(name, filter)}
            onClose={() => setSaving(false)}
          />
        )}
      </Suspense>
    </>
  );
}
