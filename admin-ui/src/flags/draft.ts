import { useEffect, useState } from 'react';
import { type Targeting, targetingOf } from '../api/changes.ts';
import type { StateRow } from '../api/resources.ts';

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
  set(targeting: Targeting): void;
  discard(): void;
  /** Puts the draft on top of what the server has now. */
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
  return {
    targeting: draft?.targeting ?? server,
    base: draft?.base ?? server,
    version: draft?.version ?? row.version,
    dirty,
    recovered,
    moved: draft && draft.version !== row.version && JSON.stringify(draft.base) !== JSON.stringify(server) ? server : null,
    set: (targeting) => {
      if (JSON.stringify(targeting) === JSON.stringify(draft?.base ?? server)) return discard();
      setDraft({ base: draft?.base ?? server, version: draft?.version ?? row.version, targeting });
    },
    discard,
    rebase: () => draft && setDraft({ ...draft, base: server, version: row.version }),
  };
}
