import type { NoticeRouteInput, NoticeRouteView } from '@burgee/server/api';
import { frame } from '../text/frame.ts';
import { notices as t } from '../text/notices.ts';

/** Where a route sends, as far as it is shown. */
export const targetWords = (target: NoticeRouteView['target']): string => ('to' in target ? target.to.join(', ') : target.host);

/** A route as it is edited; `url` is empty where the present one stays. */
export interface RouteDraft extends Omit<NoticeRouteInput, 'target'> {
  readonly key: string | null;
  readonly kind: NoticeRouteInput['target']['kind'];
  readonly url: string;
  readonly to: readonly string[];
}

export const BLANK: RouteDraft = {
  ...{ key: null, name: '', kind: 'slack', url: '', to: [], events: [], environments: [], disabled: false },
};

export function draftOf({ key, name, events, environments, disabled, target }: NoticeRouteView): RouteDraft {
  return { key, name, events, environments, disabled, kind: target.kind, url: '', to: 'to' in target ? target.to : [] };
}

/** A route as it is sent. */
export function inputOf({ name, events, environments, disabled, kind, url, to }: RouteDraft): NoticeRouteInput {
  const address = url.trim() === '' ? {} : { url: url.trim() };
  return { name: name.trim(), events, environments, disabled, target: kind === 'email' ? { kind, to } : { kind, ...address } };
}

/** What differs between two versions of a route, a line each. */
export function routeDifference(before: RouteDraft, after: RouteDraft): string[] {
  const c = t.changes;
  const fields: [string, (of: RouteDraft) => string][] = [
    [c.name, ({ name }) => name],
    [c.target, ({ kind, to }) => `${t.kinds[kind]} ${to.join(', ')}`.trim()],
    [c.events, ({ events }) => events.map((event) => t.form.eventsLabel[event]).join('; ') || t.everything],
    [c.environments, ({ environments }) => environments.join(', ') || t.everywhere],
    [c.state, ({ disabled }) => (disabled ? frame.no : frame.yes)],
  ];
  return fields.flatMap(([what, words]) => {
    const [from, to] = [words(before), words(after)];
    return from === to ? [] : [frame.fromTo(what, from, to)];
  });
}
