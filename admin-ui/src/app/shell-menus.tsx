import { Menu, useMantineColorScheme } from '@mantine/core';
import { IconChevronRight, IconLogout, IconUser } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { api, request } from '../api/client.ts';
import * as queries from '../api/queries.ts';
import { text } from '../text/catalogue.ts';

/** Light, dark, or like the system; open as it comes. */
export function ThemeMenu({ button }: { readonly button: ReactElement }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu defaultOpened position="top-end" width={170}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        {(['light', 'dark', 'auto'] as const).map((scheme) => (
          <Menu.Item
            key={scheme}
            onClick={() => setColorScheme(scheme)}
            rightSection={colorScheme === scheme ? <IconChevronRight size={14} /> : null}
          >
            {text.app.theme[scheme]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Who is here, and the way out; open as it comes. */
export function AccountMenu({ button }: { readonly button: ReactElement }) {
  const { data } = useQuery(queries.me());
  const client = useQueryClient();
  const navigate = useNavigate();
  const logout = async () => {
    await request('POST', api('logout')).catch(() => undefined);
    client.clear();
    await navigate({ to: '/login' });
  };
  return (
    <Menu defaultOpened position="top-end" width={220}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {data?.user.name} · {data?.user.email} · {data?.user.role}
        </Menu.Label>
        <Menu.Item leftSection={<IconUser size={15} />} renderRoot={(props) => <Link {...props} to="/profile" />}>
          {text.app.profile}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => void logout()}>
          {text.app.logout}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
