import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

export type Liveness = 'connecting' | 'live' | 'lost';

/** What a commit touched, as the server tells it. */
interface Moved {
  readonly objects: readonly string[];
}

/** The queries that show an object, `<kind>/<key parts>`. */
export function shownBy(object: string): QueryKey[] {
  const [kind = '', project = '', second = '', third = ''] = object.split('/');
  switch (kind) {
    case 'flag':
      return [
        ['flags', project],
        ['flag', project, second],
      ];
    case 'state':
      return [
        ['flags', project],
        ['flag', project, third],
      ];
    case 'rollout':
      return [
        ['rollouts', project],
        ['rollout', project, second, third],
        ['flags', project],
        ['flag', project],
      ];
    case 'batch':
      return [['evidence'], ['rollout']];
    case 'segment':
      return [['segments', project]];
    case 'plan':
      return [['plans', project]];
    case 'project':
    case 'environment':
      return [['projects'], ['flags'], ['flag']];
    case 'user':
      return [['me']];
    default:
      return [];
  }
}

function refresh(client: QueryClient, moved: Moved): void {
  const keys = new Map<string, QueryKey>([['["audit"]', ['audit']]]);
  for (const object of moved.objects) for (const key of shownBy(object)) keys.set(JSON.stringify(key), key);
  for (const queryKey of keys.values()) void client.invalidateQueries({ queryKey });
}

/** Keeps every query on the screen as new as the server. Drafts are no queries: nothing here touches them. */
export function useLive(): Liveness {
  const client = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>('connecting');
  useEffect(() => {
    let source: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    let wasLost = false;
    const connect = () => {
      source = new EventSource('/api/v1/events');
      source.onopen = () => {
        setLiveness('live');
        if (wasLost) void client.invalidateQueries();
        wasLost = false;
      };
      source.addEventListener('moved', (event) => refresh(client, JSON.parse(event.data) as Moved));
      source.onerror = () => {
        wasLost = true;
        setLiveness('lost');
        // The browser gives up for good on an answer that is no stream, a 401 or a 502.
        if (source?.readyState !== EventSource.CLOSED) return;
        again = setTimeout(connect, 3000 + Math.random() * 3000);
      };
    };
    connect();
    return () => {
      clearTimeout(again);
      source?.close();
    };
  }, [client]);
  return liveness;
}
