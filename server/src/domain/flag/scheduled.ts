import type { Actor } from '../access/access.ts';
import type { FlagState } from './flag.ts';
import type { StateEdit } from './state-decisions.ts';

/** A change of a flag's state that somebody wants at a time. */
export type ScheduledEdit =
  | { readonly kind: 'edit'; readonly edit: StateEdit }
  | { readonly kind: 'percent'; readonly rule: string; readonly percent: number }
  | { readonly kind: 'kill' }
  | { readonly kind: 'restore' };

export type ScheduledState = 'waiting' | 'applied' | 'refused' | 'cancelled';

/** A change that waits for its time, or what became of it. */
export interface ScheduledChange {
  readonly project: string;
  readonly environment: string;
  readonly id: string;
  readonly flag: string;
  /** When, ms since the epoch. */
  readonly at: number;
  readonly change: ScheduledEdit;
  readonly reason: string;
  /** Whose change it is: they must still be allowed to make it when its time comes. */
  readonly by: Actor;
  readonly madeAt: number;
  /** The version of the state that was seen, and the parts that the change relies on as they were then. */
  readonly basedOn: { readonly version: number; readonly parts: Partial<FlagState> };
  readonly state: ScheduledState;
  /** When it was applied, refused or cancelled, and in one sentence what became of it. */
  readonly settledAt: number | null;
  readonly outcome: string | null;
}
