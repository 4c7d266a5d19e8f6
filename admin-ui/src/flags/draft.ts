import { useEffect, useState } from 'react';
import { type Targeting, targetingOf } from '../api/changes.ts';
import type { StateRow } from '../api/resources.ts';
import { merge } from './merge.ts';

/** What somebody is typing, and what it was made from. */
interface Draft {
  readonly base: Targeting;
  readonly version: number;
  readonly targeting: Targeting;
}

export interface DraftHandle {
  /** What the page shows: the draft, or the server's truth while there is none. */
  readonly targeting: Targeting;
  readonly base: Targeting;
  readonly version: number;
  readonly dirty: boolean;
  /** Whether this draft came back after a reload or a login. */
  readonly recovered: boolean;
  /** The server's truth, when it moved on since the draft was begun. */
  readonly moved: Targeting | null;
  /** Whether both changed the same thing meanwhile, so that keeping mine undoes some of theirs. */
  readonly clashes: boolean;
  set(targeting: Targeting): void;
  discard(): void;
  /** Puts what the draft changes on top of what the server has now; all else is as it is there. */
  rebase(): void;
}

function read(key: string): Draft | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as Draft | null;
  } catch {
    return null;
  }
}

/** A draft of one state's targeting. It outlives events, reloads and expired sessions; only saving or discarding ends it. */
export function useDraft(row: StateRow): DraftHandle {
  const { project, environment, flag } = row.state;
  const key = `burgee-draft/${project}/${environment}/${flag}`;
  const [draft, setDraft] = useState<Draft | null>(() => read(key));
  const [recovered, setRecovered] = useState(draft !== null);
  useEffect(() => {
    if (draft) sessionStorage.setItem(key, JSON.stringify(draft));
    else sessionStorage.removeItem(key);
  }, [key, draft]);
  const server = targetingOf(row.state);
  const dirty = draft !== null;
  const discard = () => {
    setDraft(null);
    setRecovered(false);
  };
  const hasMoved = draft !== null && draft.version !== row.version && JSON.stringify(draft.base) !== JSON.stringify(server);
  const merged = hasMoved ? merge(draft.base, draft.targeting, server) : null;
  const keep = (base: Targeting, version: number, targeting: Targeting) => {
    if (JSON.stringify(targeting) === JSON.stringify(base)) discard();
    else setDraft({ base, version, targeting });
  };
  return {
    targeting: draft?.targeting ?? server,
    base: draft?.base ?? server,
    // a kill moves the version too, and nothing that a draft is about
    version: hasMoved ? draft.version : row.version,
    dirty,
    recovered,
    moved: hasMoved ? server : null,
    clashes: merged?.clashes ?? false,
    set: (targeting) => keep(draft?.base ?? server, draft?.version ?? row.version, targeting),
    discard,
    rebase: () => draft && keep(server, row.version, merged?.merged ?? draft.targeting),
  };
}
