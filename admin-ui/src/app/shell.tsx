import { ActionIcon, NativeSelect, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconMenu2, IconMoon, IconSearch, IconSun, IconUserCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { onExpired } from '../api/client.ts';
import * as queries from '../api/queries.ts';
import { text } from '../text/catalogue.ts';
import { useGo } from './go.ts';
import { lastProject } from './last-project.ts';
import { type Liveness, useLive } from './live.ts';
import { Logo } from './logo.tsx';
import { NAVIGATION } from './navigation.ts';
import css from './shell.module.css';

const Relogin = lazy(() => import('../session/relogin.tsx').then((m) => ({ default: m.Relogin })));
const Shortcuts = lazy(() => import('./shortcuts.tsx').then((m) => ({ default: m.Shortcuts })));
const ThemeMenu = lazy(() => import('./shell-menus.tsx').then((m) => ({ default: m.ThemeMenu })));
const AccountMenu = lazy(() => import('./shell-menus.tsx').then((m) => ({ default: m.AccountMenu })));
const Palette = lazy(() => import('./palette.tsx').then((m) => ({ default: m.Palette })));

/** The frame around every screen: where one is, where one can go, and whether what one sees is live. */
export function Shell() {
  const params = useParams({ strict: false });
  const project = params.project ?? lastProject() ?? '';
  const liveness = useLive();
  const [expired, setExpired] = useState(false);
  const [palette, setPalette] = useState(false);
  const [menu, setMenu] = useState(false);
  const [help, setHelp] = useState(false);
  useGo(
    project,
    useCallback(() => setHelp(true), []),
  );
  useEffect(() => onExpired(() => setExpired(true)), []);
  useHotkeys([['mod+K', () => setPalette(true)]], []);
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#content">
        {text.app.skip}
      </a>
      <aside className={css.side}>
        <Link to="/" className={css.brand}>
          <Logo />
          <span>{text.app.name}</span>
        </Link>
        <ProjectPicker project={project} />
        <UnstyledButton className={css.find} onClick={() => setPalette(true)}>
          <IconSearch size={15} />
          <span>{text.app.search}</span>
          <kbd>{/mac/i.test(navigator.userAgent) ? '⌘' : 'Ctrl'} K</kbd>
        </UnstyledButton>
        <ActionIcon
          variant="subtle"
          color="gray"
          className={css.menu ?? ''}
          aria-label={text.app.nav.menu}
          aria-expanded={menu}
          aria-controls="navigation"
          onClick={() => setMenu(!menu)}
        >
          <IconMenu2 size={18} />
        </ActionIcon>
        <nav
          id="navigation"
          className={css.nav}
          aria-label={text.app.nav.label}
          data-open={menu}
          onClickCapture={() => setMenu(false)}
        >
          {NAVIGATION.map((group) => (
            <div key={group[0]?.name} className={css.group}>
              {group.map(({ name, to, icon: Icon }) => (
                <Link
                  key={name}
                  to={to}
                  params={{ project }}
                  className={css.link}
                  activeOptions={{ exact: name === 'environments' }}
                  activeProps={{ 'data-active': true }}
                >
                  <Icon size={17} />
                  {text.app.nav[name]}
                </Link>
              ))}
            </div>
          ))}
        </nav>
        <div className={css.foot}>
          <Live liveness={liveness} />
          <ThemeSwitch />
          <LateMenu label={text.app.account} icon={<IconUserCircle size={18} />} menu={AccountMenu} />
        </div>
      </aside>
      <main id="content" className={css.main} tabIndex={-1}>
        <Outlet />
      </main>
      <Suspense fallback={null}>
        {expired && <Relogin onDone={() => setExpired(false)} />}
        {palette && <Palette project={project} onClose={() => setPalette(false)} />}
        {help && <Shortcuts onClose={() => setHelp(false)} />}
      </Suspense>
    </div>
  );
}

function ProjectPicker({ project }: { project: string }) {
  const { data } = useQuery(queries.projects());
  const navigate = useNavigate();
  if (!data || data.length < 2) return null;
  return (
    <NativeSelect
      className={css.project ?? ''}
      size="xs"
      aria-label={text.app.project}
      data={data.map((row) => ({ value: row.project.key, label: row.project.name }))}
      value={project}
      onChange={(event) => void navigate({ to: '/projects/$project/flags', params: { project: event.currentTarget.value } })}
    />
  );
}

function Live({ liveness }: { liveness: Liveness }) {
  return (
    <span className={css.live} data-liveness={liveness} role="status">
      <span className={css.dot} aria-hidden="true" />
      <span>{text.app.live[liveness]}</span>
    </span>
  );
}

function ThemeSwitch() {
  const { colorScheme } = useMantineColorScheme();
  const Icon = colorScheme === 'dark' ? IconMoon : IconSun;
  return <LateMenu label={text.app.theme.label} icon={<Icon size={17} />} menu={ThemeMenu} />;
}

interface LateMenuProps {
  readonly label: string;
  readonly icon: React.ReactNode;
  readonly menu: React.ComponentType<{ readonly button: React.ReactElement }>;
}

/** A button whose menu comes with its first click: what opens it is a tenth of the first page's scripts. */
function LateMenu({ label, icon, menu: OpenMenu }: LateMenuProps) {
  const [asked, setAsked] = useState(false);
  const button = (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      aria-haspopup="menu"
      className={css.tool ?? ''}
      onClick={() => setAsked(true)}
    >
      {icon}
    </ActionIcon>
  );
  if (!asked) return button;
  return (
    <Suspense fallback={button}>
      <OpenMenu button={button} />
    </Suspense>
  );
}
