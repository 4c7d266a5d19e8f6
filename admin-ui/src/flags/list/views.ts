import { type FlagFilter, flagFilter } from '../../app/search-params.ts';
import { useStored } from '../../app/stored.ts';
import { text } from '../../text/catalogue.ts';

/** A filter and an order under a name. */
export interface View {
  readonly name: string;
  readonly filter: FlagFilter;
}

/** What every project has; `me` is the person's id. */
export const builtInViews = (me: string): readonly View[] => [
  { name: text.flags.list.views.all, filter: {} },
  { name: text.flags.list.views.favourites, filter: { fav: true } },
  { name: text.flags.list.views.mine, filter: { owner: me } },
  { name: text.flags.list.views.rolling, filter: { life: 'rolling' } },
  { name: text.flags.list.views.done, filter: { life: 'done' } },
  { name: text.flags.list.views.overdue, filter: { life: 'overdue', sort: '-made' } },
];

/** The part of an address that a view is about: not whether a panel is open. */
export function viewOf(filter: FlagFilter): FlagFilter {
  const { new: _, ...rest } = filter;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
}

export const sameView = (a: FlagFilter, b: FlagFilter): boolean => {
  const [one, other] = [viewOf(a), viewOf(b)] as Record<string, unknown>[];
  const keys = new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})]);
  return [...keys].every((key) => one?.[key] === other?.[key]);
};

function viewsIn(stored: unknown): readonly View[] {
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((one): View[] => {
    const { name, filter } = (one ?? {}) as Partial<View>;
    return typeof name === 'string' && typeof filter === 'object' ? [{ name, filter: viewOf(flagFilter({ ...filter })) }] : [];
  });
}

/** The views that this person made in this browser, the newest last; a name stands for one. */
export function useViews(project: string) {
  const [views, set] = useStored(`burgee-views/${project}`, viewsIn);
  return {
    views,
    save: (name: string, filter: FlagFilter) =>
      set([...views.filter((view) => view.name !== name), { name, filter: viewOf(filter) }]),
    remove: (name: string) => set(views.filter((view) => view.name !== name)),
  };
}
