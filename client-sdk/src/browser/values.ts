import type { Revision } from './client-types.ts';
import { hash } from './hash.ts';

/** One flag's evaluation, as OFREP has it. */
export interface Item {
  readonly key: string;
  /** Absent where the variant's value is null, or there is an error. */
  readonly value?: unknown;
  readonly variant?: string;
  readonly reason?: string;
  /** The rule that decided, where the page evaluated it itself. */
  readonly rule?: string;
  readonly errorCode?: string;
  readonly errorDetails?: string;
  /** Of a flag that is being ramped: the rollout, the arm, and the attribute that holds the unit. The prerequisite that failed. */
  readonly metadata?: { readonly rollout?: string; readonly arm?: string; readonly by?: string; readonly prerequisite?: string };
}

/** All evaluations for one context: JSON, to be handed from a server to its page. */
export interface Values {
  /** Stands for the ids in the context; nobody can read them from it, but whoever knows them can make it. */
  readonly unit: string;
  readonly revision: Revision | null;
  readonly flags: readonly Item[];
}

/** A context that is nobody else's object. */
export type Plain = Readonly<Record<string, unknown>>;

/** What of anybody's object can be sent, as it is now. */
export function plain(context: object): Plain {
  const kept: [string, unknown][] = [];
  for (const [name, value] of Object.entries(context ?? {})) {
    try {
      kept.push([name, JSON.parse(JSON.stringify(value))]);
    } catch {
      // what is no JSON is no attribute
    }
  }
  return Object.fromEntries(kept);
}

/** Who a plain context is about, whatever else it says. */
export function unitOf({ targetingKey, userId, sessionId }: Plain): string {
  return hash([targetingKey, userId, sessionId]);
}

/** `<epoch>.<n>`, as the wire has it. */
export function parseRevision(text: string): Revision {
  const [epoch = 0, n = 0] = text.split('.').map(Number);
  return { epoch, n };
}

/** The opposite of {@link parseRevision}; empty where there is none. */
export function textOf(revision: Revision | null): string {
  return revision ? `${revision.epoch}.${revision.n}` : '';
}

/** Whether a revision, as text, is another epoch's or newer than the one held. */
export function isNews(text: string, held: Revision | null): boolean {
  const { epoch, n } = parseRevision(text);
  return epoch > 0 && (epoch !== held?.epoch || n > held.n);
}

/** OFREP's bulk answer, as far as it is one. */
export interface Bulk {
  readonly flags: readonly Item[];
  readonly metadata: { readonly revision: string };
  readonly eventStreams?: readonly { readonly endpoint: { readonly requestUri: string } }[];
}
