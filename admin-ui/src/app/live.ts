import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { takeStream } from '../api/early.ts';

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
        ['promotion', project],
        ['segments', project],
      ];
    case 'rollout':
      return [
        ['rollouts', project],
        ['rollout', project, second, third],
        ['flags', project],
        ['flag', project],
      ];
    case 'scheduled':
      return [['schedule', project]];
    case 'batch':
      return [['evidence'], ['rollout']];
    case 'segment':
      return [['segments', project]];
    case 'plan':
      return [['plans', project]];
    case 'project':
    case 'environment':
      return [['projects'], ['environments', project], ['flags'], ['flag']];
    case 'token':
      return [['tokens']];
    case 'source':
      return [['sources', project]];
    case 'noticeRoute':
      return [['notice-routes', project]];
    case 'discovered':
      return [['discovered', project]];
    case 'user':
      return [['me'], ['owners'], ['people']];
    default:
      return [];
  }
}

/**
 * How long events are gathered before a query is asked again, ms: a rollout commits every second, and its whole batch log or a
 * long list every second would be a load that nobody can read.
 */
const GATHER: Readonly<Record<string, number>> = { evidence: 3000, audit: 1500, rollouts: 1500, flags: 500 };
const GATHER_OTHERS = 100;

/** A list of thousands is megabytes: it may be so much older, ms. */
const GATHER_LONG = 4000;
const LONG = 400;

function gatherOf(client: Client, queryKey: QueryKey): number {
  const known = client.getQueryData?.([...queryKey, false]);
  if (queryKey[0] === 'flags' && Array.isArray(known) && known.length > LONG) return GATHER_LONG;
  return GATHER[String(queryKey[0])] ?? GATHER_OTHERS;
}

type Client = Pick<QueryClient, 'invalidateQueries'> & Partial<Pick<QueryClient, 'getQueryData'>>;

/** Asks queries again after what moved, each at most once per its time. */
export function createRefresher(client: Client) {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  return {
    moved({ objects }: Moved): void {
      for (const queryKey of [['audit'], ...objects.flatMap(shownBy)]) {
        const name = JSON.stringify(queryKey);
        if (waiting.has(name)) continue;
        const ask = () => {
          waiting.delete(name);
          void client.invalidateQueries({ queryKey });
        };
        waiting.set(name, setTimeout(ask, gatherOf(client, queryKey)));
      }
    },
    stop(): void {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}

/** Keeps every query on the screen as new as the server. Drafts are no queries: nothing here touches them. */
export function useLive(): Liveness {
  const client = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>('connecting');
  useEffect(() => {
    let source: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    let wasLost = false;
    const refresher = createRefresher(client);
    const connect = () => {
      const early = takeStream();
      source = early?.stream ?? new EventSource('/api/v1/events');
      const moved = (event: MessageEvent<string>) => refresher.moved(JSON.parse(event.data) as Moved);
      early?.events.forEach(moved);
      if (source.readyState === EventSource.OPEN) setLiveness('live');
      source.onopen = () => {
        setLiveness('live');
        if (wasLost) void client.invalidateQueries();
        wasLost = false;
      };
      source.addEventListener('moved', moved);
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
      refresher.stop();
      source?.close();
    };
  }, [client]);
  return liveness;
}
