import { Menu } from '@mantine/core';
import { IconCheck, IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { FlagFilter } from '../../app/search-params.ts';
import { text } from '../../text/catalogue.ts';
import type { View } from './views.ts';

const t = text.flags.list.views;

interface Props {
  readonly button: ReactElement;
  readonly builtIn: readonly View[];
  readonly views: readonly View[];
  readonly current: View | undefined;
  onChoose(filter: FlagFilter): void;
  onSave(): void;
  onRemove(name: string): void;
}

/** The views by name, open as it comes. */
export function ViewsMenu({ button, builtIn, views, current, onChoose, onSave, onRemove }: Props) {
  const item = (view: View) => (
    <Menu.Item
      key={view.name}
      rightSection={view === current ? <IconCheck size={14} aria-label={t.chosen} /> : null}
      onClick={() => onChoose(view.filter)}
    >
      {view.name}
    </Menu.Item>
  );
  return (
    <Menu defaultOpened position="bottom-end" width={250}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        {builtIn.map(item)}
        {views.length > 0 && <Menu.Label>{t.saved}</Menu.Label>}
        {views.map(item)}
        <Menu.Divider />
        <Menu.Item leftSection={<IconPlus size={14} />} disabled={current !== undefined} onClick={onSave}>
          {t.save}
        </Menu.Item>
        {current && views.includes(current) && (
          <Menu.Item leftSection={<IconTrash size={14} />} onClick={() => onRemove(current.name)}>
            {t.remove(current.name)}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
