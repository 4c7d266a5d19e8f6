import type { RolloutView } from '@burgee/server/api';
import type { FlagRow, SegmentRow } from '../api/resources.ts';
import { palette as t } from '../text/palette.ts';

/** One place or deed that the palette offers. */
export interface Item {
  readonly kind: keyof typeof t.kinds;
  readonly label: string;
  readonly detail: string;
  /** A path of ours. */
  readonly path: string;
}

/** What there is to be found in a project. */
export interface Findable {
  readonly project: string;
  readonly screens: readonly { readonly label: string; readonly path: string }[];
  readonly flags: readonly FlagRow[];
  readonly rollouts: readonly RolloutView[];
  readonly segments: readonly SegmentRow[];
}

/** Of each kind at most, so that many flags do not hide the rest. */
const MOST_OF_A_KIND = 6;
const MOST = 12;

function itemsOf({ project, screens, flags, rollouts, segments }: Findable): Item[] {
  const base = `/projects/${encodeURIComponent(project)}`;
  const at = (...parts: string[]): string => [base, ...parts.map(encodeURIComponent)].join('/');
  return [
    ...screens.map(({ label, path }): Item => ({ kind: 'screen', label, detail: '', path })),
    ...flags.map(
      ({ flag }): Item => ({ kind: 'flag', label: flag.name || flag.key, detail: flag.key, path: at('flags', flag.key) }),
    ),
    ...rollouts
      .filter(({ endedAt }) => endedAt === null)
      .map(({ flag, release, environment, id }): Item => {
        const path = at('environments', environment, 'rollouts', id);
        return { kind: 'rollout', label: `${flag} ${release}`, detail: environment, path };
      }),
    ...segments.map(({ segment }): Item => {
      return { kind: 'segment', label: segment.name || segment.key, detail: segment.key, path: at('segments', segment.key) };
    }),
    ...flags.map(({ flag }): Item => {
      const path = `${at('kill-switches')}?q=${encodeURIComponent(flag.key)}`;
      return { kind: 'kill', label: t.kill(flag.name || flag.key), detail: flag.key, path };
    }),
    { kind: 'make', label: t.newFlag, detail: '', path: `${at('flags')}?new=true` },
  ];
}

/** What has every word of the search; what begins with the first word comes first. Killing is offered only to who asks for it. */
export function find(findable: Findable, search: string): Item[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const [first = ''] = words;
  const counts = new Map<string, number>();
  return itemsOf(findable)
    .filter(({ kind, label, detail }) => {
      if (kind === 'kill' && !'kill'.startsWith(first.slice(0, 4))) return false;
      if (words.length === 0) return kind === 'screen' || kind === 'make';
      const text = `${t.kinds[kind]} ${label} ${detail}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .map((item, index) => ({ item, index, rank: rankOf(item, first) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ item }) => item)
    .filter(({ kind }) => {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return kind === 'screen' || (counts.get(kind) ?? 0) <= MOST_OF_A_KIND;
    })
    .slice(0, words.length === 0 ? 20 : MOST);
}

function rankOf({ label, detail }: Item, first: string): number {
  if (first === '') return 0;
  return label.toLowerCase().startsWith(first) || detail.startsWith(first) ? 0 : 1;
}
