import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconBookmark, IconCheck, IconLayoutRows, IconPlus, IconTrash } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { FlagFilter } from '../../app/search-params.ts';
import { text } from '../../text/catalogue.ts';
import css from './page.module.css';
import { builtInViews, sameView, useViews } from './views.ts';

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

/** Filters by name: those that every project has, and those that somebody saved here. */
export function ViewsMenu({ project, me, filter, compact, onChoose, onCompact }: Props) {
  const { views, save, remove } = useViews(project);
  const [saving, setSaving] = useState(false);
  const all = [...builtInViews(me), ...views];
  const current = all.find((view) => sameView(view.filter, filter));
  const check = (on: boolean) => (on ? <IconCheck size={14} aria-label={t.chosen} /> : null);
  return (
    <>
      <Menu position="bottom-end" width={250}>
        <Menu.Target>
          <Button variant="default" px="sm" leftSection={<IconBookmark size={15} />}>
            {current?.name ?? t.label}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {builtInViews(me).map((view) => (
            <Menu.Item key={view.name} rightSection={check(view === current)} onClick={() => onChoose(view.filter)}>
              {view.name}
            </Menu.Item>
          ))}
          {views.length > 0 && <Menu.Label>{t.saved}</Menu.Label>}
          {views.map((view) => (
            <Menu.Item key={view.name} rightSection={check(view === current)} onClick={() => onChoose(view.filter)}>
              {view.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<IconPlus size={14} />} disabled={current !== undefined} onClick={() => setSaving(true)}>
            {t.save}
          </Menu.Item>
          {current && views.includes(current) && (
            <Menu.Item leftSection={<IconTrash size={14} />} onClick={() => remove(current.name)}>
              {t.remove(current.name)}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
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
            taken={builtInViews(me).map((view) => view.name)}
            onSave={(name) => save(name, filter)}
            onClose={() => setSaving(false)}
          />
        )}
      </Suspense>
    </>
  );
}
