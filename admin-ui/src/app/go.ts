import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { NAVIGATION } from './navigation.ts';
import { useMay } from './permissions.ts';

type Name = (typeof NAVIGATION)[number][number]['name'];

/** The letter after `g` that leads to a screen. */
const LETTERS: Readonly<Record<Name, string>> = {
  home: 'h',
  flags: 'f',
  kills: 'k',
  rollouts: 'r',
  segments: 's',
  playground: 'p',
  environments: 'e',
  sources: 'm',
  plans: 'l',
  notices: 'n',
  discovered: 'd',
  audit: 'a',
  people: 'u',
  settings: 't',
};

/** The screens and their letters, in the order of the navigation. */
export const GO = NAVIGATION.flat().map(({ name, to }) => ({ name, to, letter: LETTERS[name] }));

/** So long the second key is waited for. */
const PAUSE_MS = 1_200;
const TYPED_IN = 'input, textarea, select, [contenteditable], [role="dialog"], [role="combobox"]';

/** `g` and a letter go to a screen, `?` shows the shortcuts, `n` makes a flag; never while something is typed or asked. */
export function useGo(project: string, onHelp: () => void): void {
  const navigate = useNavigate();
  const isMaker = useMay()('flag:write');
  useEffect(() => {
    let wentAt = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, target, timeStamp } = event;
      if (ctrlKey || metaKey || altKey || event.defaultPrevented) return;
      if (target instanceof Element && target.closest(TYPED_IN)) return;
      const isSecond = timeStamp - wentAt < PAUSE_MS;
      wentAt = key === 'g' && !isSecond ? timeStamp : Number.NEGATIVE_INFINITY;
      const screen = isSecond ? GO.find(({ letter }) => letter === key) : undefined;
      const search = key === 'n' && !isSecond && isMaker ? '?new=true' : '';
      const to = screen?.to ?? (search === '' ? undefined : '/projects/$project/flags');
      if (key === '?') onHelp();
      else if (to !== undefined) void navigate({ to: `${to.replace('$project', encodeURIComponent(project))}${search}` });
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [isMaker, navigate, onHelp, project]);
}
